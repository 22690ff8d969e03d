"""A bounded copy of a bucket's objects on this machine, by their SHA-256, and which one an object of an ETag has."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tasks.store.files import disk_errors, link_or_copy
from tasks.store.objects.environment import read_number

CACHE, CACHE_GB = "WEEKCAST_CACHE", "WEEKCAST_CACHE_GB"
_GB = 20.0
_INDEX = "index.json"


class Cache:
    """Files of one store; url: of the store. Raises StoreUnavailable where the disk refuses."""

    def __init__(self, url: str) -> None:
        above = os.environ.get(CACHE, "").strip() or Path.home() / ".cache" / "weekcast"
        self._root, self._most = (
            Path(above) / hashlib.sha256(url.encode()).hexdigest()[:16],
            1e9 * read_number(CACHE_GB, _GB, 0, "gigabytes"),
        )
        self._known: dict[str, str] = {}
        self._read = False

    def find(self, sha256: str, path: str) -> Path | None:
        """The file with those bytes, under the name that it has in the store; None where it is not here."""
        folder = self._root / sha256
        here = folder / Path(path).name
        with disk_errors(here):
            if not here.is_file():
                other = next(iter(folder.iterdir()), None) if folder.is_dir() else None
                if other is None:
                    return None
                with self.aside(here.name) as aside:
                    link_or_copy(other, aside)
                    aside.replace(here)
            os.utime(folder)  # the oldest ones go first
        return here

    def keep(self, aside: Path, sha256: str, path: str) -> Path:
        """Keep a file, which is moved; returns its place."""
        here = self._root / sha256 / Path(path).name
        with disk_errors(here):
            here.parent.mkdir(parents=True, exist_ok=True)
            aside.replace(here)
        return here

    @contextmanager
    def aside(self, name: str) -> Iterator[Path]:
        """A path to write to, which is removed after the block."""
        folder = self._root / "aside" / secrets.token_hex(8)
        with disk_errors(folder):
            folder.mkdir(parents=True)
            try:
                yield folder / name
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def hash_of(self, path: str, etag: str) -> str | None:
        """The SHA-256 of an object with that ETag, None where it is not known."""
        return self._index().get(f"{path} {etag}")

    def remember(self, path: str, etag: str, sha256: str) -> None:
        """Record which SHA-256 an object with that ETag has."""
        self._index()[f"{path} {etag}"] = sha256

    def _index(self) -> dict[str, str]:
        if not self._read:
            self._known, self._read = self._load() | self._known, True
        return self._known

    def _load(self) -> dict[str, str]:
        try:
            loaded: dict[str, str] = json.loads((self._root / _INDEX).read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):  # it may be lost: it is asked for again
            return {}
        return loaded

    def tidy(self, etags: Mapping[str, str]) -> None:
        """Write down what is known of objects, and remove the oldest files beyond what the cache may hold.

        etags: of all objects that are there, by path.
        """
        known = {key: found for key in map(" ".join, etags.items()) if (found := self._index().get(key))}
        with disk_errors(self._root), self.aside(_INDEX) as aside:
            aside.write_text(json.dumps(known), encoding="utf-8")
            aside.replace(self._root / _INDEX)
            self._evict()

    def _evict(self) -> None:
        folders = [folder for folder in self._root.iterdir() if len(folder.name) == 64]
        sizes = {folder: sum(file.stat().st_size for file in folder.iterdir()) for folder in folders}
        total = sum(sizes.values())
        for folder in sorted(folders, key=lambda folder: folder.stat().st_mtime):
            if total <= self._most:
                return
            total -= sizes[folder]
            shutil.rmtree(folder, ignore_errors=True)
