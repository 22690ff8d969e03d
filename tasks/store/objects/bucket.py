"""A bucket of an object store, by URL.

Every change is made on the condition that the object is as this run has seen it: so a run that was stopped, and is not
the holder of the store any more, changes nothing. An object carries its SHA-256, so that a change whose answer was lost
is told from that of another.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import from_url

from schemas.errors import StoreUnavailable
from tasks.store.files import hash_file, link_or_copy
from tasks.store.objects.cache import Cache
from tasks.store.objects.conditions import UNTOLD, Version, require_conditions
from tasks.store.objects.deleting import delete
from tasks.store.objects.lease import LEASE, Lease, is_leased
from tasks.store.objects.listing import SHA256, Listing, Seen, changed

_BLOCK = 8 << 20  # bytes
_CONDITIONS = "conditions"  # stands in the cache for an ETag, once the server has kept them
_OF_RUNS = "runs/"
_TIMEOUT = "300s"  # of one request, which may carry a large file
_ALLOW_HTTP = ("AWS_ALLOW_HTTP", "GOOGLE_ALLOW_HTTP", "AZURE_ALLOW_HTTP")  # usual names


class Bucket:
    """See `tasks.store.objects.objects.Objects`."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._place = from_url(
            self._url,
            client_options={"timeout": _TIMEOUT, "allow_http": _allows_http()},
            retry_config={"max_retries": 5, "retry_timeout": timedelta(seconds=60)},
        )
        self._cache, self._lease = Cache(self._url), Lease(self._place, self._url)
        self._listing = Listing(self._place, self._url, self._cache)
        self._visits = False

    @property
    def address(self) -> str:
        return self._url

    def tell(self, path: str) -> str:
        return f"{self._url}/{path}" if path else self._url

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """See `Objects`; the lease of a killed process expires."""
        with self._errors(""):
            if not self._cache.hash_of(LEASE, _CONDITIONS):
                require_conditions(self._place, self._url)
                self._cache.remember(LEASE, _CONDITIONS, "kept")
            self._lease = Lease(self._place, self._url)
            self._lease.acquire()
        try:
            with self._errors(""):
                self._listing.hold()
            yield
        finally:
            if self._listing.is_held:
                self._cache.tidy(self._listing.etags() | {LEASE: _CONDITIONS})
            self._listing.let_go()
            with suppress(StoreUnavailable), self._errors(""):  # else it expires
                self._lease.release()

    def is_held(self) -> bool:
        with self._errors(LEASE):
            return is_leased(self._place)

    @contextmanager
    def visiting(self) -> Iterator[None]:
        """See `Objects`; the holder checks its lease before it publishes what was written for it."""
        before, self._visits = self._visits, not self._listing.is_held
        try:
            yield
        finally:
            self._visits = before

    def look_again(self) -> None:
        self._listing.look_again()

    def exists(self, path: str) -> bool:
        return self._see(path) is not None

    def local(self, path: str) -> Path:
        with self._errors(path):
            seen = self._see(path)
            if seen is None:
                raise FileNotFoundError(self.tell(path))
            # The hash that an object carries is believed by its holder alone: whoever verifies reads the bytes once.
            sha256 = seen.sha256 if self._listing.is_held else self._cache.hash_of(path, seen.version.etag)
            here = self._cache.find(sha256, path) if sha256 else None
            return here or self._fetch(path)

    def _fetch(self, path: str) -> Path:
        """The object's bytes in the cache, whose hash is computed from them."""
        with self._cache.aside(Path(path).name) as aside:
            got, digest = obstore.get(self._place, path), hashlib.sha256()
            with aside.open("wb") as arriving:
                for block in got.stream(min_chunk_size=_BLOCK):
                    digest.update(block)
                    arriving.write(block)
            self._listing.remember(path, Seen(Version.of(got.meta), digest.hexdigest()))
            return self._cache.keep(aside, digest.hexdigest(), path)

    def sha256(self, path: str) -> str:
        seen = self._see(path)
        if seen is None:
            return ""
        if self._listing.is_held and seen.sha256:
            return seen.sha256
        return hash_file(self.local(path))

    def aside(self, path: str) -> AbstractContextManager[Path]:
        return self._cache.aside(Path(path).name)

    def replace(self, aside: Path, path: str) -> None:
        with self._errors(path):
            sha256, seen = hash_file(aside), self._see(path)
            if seen and seen.sha256 == sha256:
                self._cache.keep(aside, sha256, path)
                return
            self._put(aside, sha256, path, self._listing.unchanged(path, seen) if seen else "create")

    def create(self, aside: Path, path: str) -> None:
        with self._errors(path):
            self._put(aside, hash_file(aside), path, "create")

    def _put(self, aside: Path, sha256: str, path: str, mode: Any) -> None:
        if not (self._visits and path.startswith(_OF_RUNS)):
            self._lease.require()
        try:
            made = obstore.put(self._place, path, aside, mode=mode, attributes={SHA256: sha256}, use_multipart=False)
            version = Version.of(made)
        except (AlreadyExistsError, PreconditionError) as error:
            there = self._listing.look(path)
            if there is None or there.sha256 != sha256:
                raise self._refused(path, mode) from error
            version = there.version  # the answer was lost, or another try wrote the same
        except BaseError:
            self._listing.look_again()
            raise
        self._cache.keep(aside, sha256, path)
        self._listing.remember(path, Seen(version, sha256))

    def _refused(self, path: str, mode: Any) -> Exception:
        if mode == "create" and self._see(path) is None:
            return FileExistsError(self.tell(path))
        return changed(self.tell(path))

    def copy(self, source: str, path: str) -> None:
        with self._errors(path):
            seen = self._see(source)
            if seen is None:
                raise FileNotFoundError(self.tell(source))
            if self._see(path) is None:  # a new name, as all have that are staged: there is nothing to overwrite
                self._lease.require()
                obstore.copy(self._place, source, path)
                self._listing.remember(path, Seen(UNTOLD, seen.sha256 or self.sha256(source)))
                return
            self.share(source, path)

    def share(self, source: str, path: str) -> None:
        with self._errors(path):
            here = self.local(source)
            with self._cache.aside(Path(path).name) as aside:
                link_or_copy(here, aside)
                self.replace(aside, path)

    def move(self, source: str, path: str) -> None:
        """See `Objects`; the source is left for whoever removes what was staged, so that it may be moved again."""
        self.share(source, path)

    def remove(self, paths: Iterable[str]) -> None:
        with self._errors(""):
            gone = [found for path in paths for found in self._below(path)]
            if gone:
                self._lease.require()
                self._delete(gone)
            self._listing.forget(gone)

    def _delete(self, paths: list[str]) -> None:
        try:
            delete(self._place, paths)
        except BaseError:
            self._listing.look_again()
            raise

    def _below(self, path: str) -> list[str]:
        found = list(self._listing.all(path))  # other threads may add some
        return [each for each in found if each == path or each.startswith(f"{path}/")]

    def walk(self, folder: str) -> Iterator[str]:
        with self._errors(folder):
            found = list(self._listing.all(folder))
        prefix = f"{folder}/" if folder else ""
        yield from [path for path in found if path.startswith(prefix)]

    def folders(self, folder: str) -> list[str]:
        below = (path.removeprefix(f"{folder}/") for path in self.walk(folder))
        return sorted({path.partition("/")[0] for path in below if "/" in path})

    def sync(self, paths: Iterable[str]) -> None:
        """A bucket keeps what it has answered."""

    def free(self) -> int | None:
        return None

    def _see(self, path: str) -> Seen | None:
        with self._errors(path):
            return self._listing.see(path)

    @contextmanager
    def _errors(self, path: str) -> Iterator[None]:
        """Turn what the server refuses into StoreUnavailable; a missing object is the caller's business."""
        try:
            yield
        except BaseError as error:
            if isinstance(error, FileNotFoundError):
                raise
            reason = f"{error}".splitlines()[0]
            raise StoreUnavailable(f"{self.tell(path)}: {reason}", file=self.tell(path)) from error


def _allows_http() -> bool:
    return any(os.environ.get(name, "").lower() in ("true", "1") for name in _ALLOW_HTTP)


@cache
def open_bucket(url: str) -> Bucket:
    """The bucket of a URL, of which a process has one, so that it asks for each object once."""
    return Bucket(url)
