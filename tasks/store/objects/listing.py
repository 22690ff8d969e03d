"""The objects of a bucket, as this process has seen them.

While the store is held, nobody else changes it: its objects are listed once, and changes are written down.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import obstore

from schemas.errors import StoreInUse
from tasks.store.objects.cache import Cache
from tasks.store.objects.conditions import UNTOLD, Version
from tasks.store.objects.lease import LEASE

SHA256 = "sha256"  # the attribute of an object that carries it


class Seen(NamedTuple):
    """An object as it was seen."""

    version: Version
    sha256: str | None = None


class Listing:
    """What is known of a bucket's objects, by path; place: the store as obstore has it; url: what messages call it."""

    def __init__(self, place: Any, url: str, cache: Cache) -> None:
        self._place, self._url, self._cache = place, url, cache
        self._has_generations = url.startswith("gs:")
        self._held: dict[str, Seen] | None = None
        self._unsure = False  # whether a change had no answer, so that nobody knows what is there

    @property
    def is_held(self) -> bool:
        """Whether the store is held alone."""
        return self._held is not None

    def hold(self) -> None:
        """List all objects, which nobody else changes from now on."""
        self._held, self._unsure = self._list(""), False

    def let_go(self) -> None:
        """Forget what was seen: others may change it from now on."""
        self._held = None

    def look_again(self) -> None:
        """List all objects once more before the next answer."""
        self._unsure = True

    def etags(self) -> dict[str, str]:
        """The ETags of all objects by their path, while the store is held."""
        return {path: seen.version.etag for path, seen in (self._held or {}).items()}

    def all(self, folder: str) -> dict[str, Seen]:
        """The objects of the store while it is held, else those below a folder."""
        if self._held is None:
            return self._list(folder)
        if self._unsure:
            self.hold()
        return self._held

    def see(self, path: str) -> Seen | None:
        """The object as it is, and with its hash where the store is held; None where there is none."""
        if self._held is None:
            return self.look(path)
        seen = self.all("").get(path)
        if seen and seen.sha256 is None:
            seen = self._look_again_at(path, seen)
            self.remember(path, seen)
        return seen

    def look(self, path: str) -> Seen | None:
        """The object as the server tells it now."""
        try:
            found = obstore.get(self._place, path, options={"head": True})
        except FileNotFoundError:
            return None
        return Seen(Version.of(found.meta), found.attributes.get(SHA256))

    def unchanged(self, path: str, seen: Seen) -> Any:
        """The condition that an object is still the one that was seen."""
        is_told = seen.version.generation if self._has_generations else seen.version.etag
        return (seen if is_told else self._look_again_at(path, seen)).version.unchanged

    def remember(self, path: str, seen: Seen) -> None:
        """Write down what an object is after a change."""
        if self._held is not None:
            self._held[path] = seen
        if seen.version.etag and seen.sha256:
            self._cache.remember(path, seen.version.etag, seen.sha256)

    def forget(self, paths: Iterable[str]) -> None:
        """Write down that objects are removed."""
        for path in paths:
            if self._held is not None:
                self._held.pop(path, None)

    def _look_again_at(self, path: str, seen: Seen) -> Seen:
        """The object as it is now; raises StoreInUse where it is not the one that was seen."""
        now = self.look(path)
        if now is None or seen.version.etag not in (UNTOLD.etag, now.version.etag):
            raise changed(f"{self._url}/{path}")
        return now

    def _list(self, prefix: str) -> dict[str, Seen]:
        found = {}
        for batch in obstore.list(self._place, prefix or None):
            for each in batch:
                path, version = each["path"], Version.of(each)
                if path != LEASE:
                    found[path] = Seen(version, self._cache.hash_of(path, version.etag))
        return dict(sorted(found.items()))


def changed(name: str) -> StoreInUse:
    """What ends a run that finds an object otherwise than it has seen it."""
    return StoreInUse(f"{name}: another run has changed it meanwhile; run again", file=name)
