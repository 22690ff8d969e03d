"""A folder of this machine. Whatever is written is written aside, synced and renamed."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

import filelock

from schemas.errors import StoreInUse, StoreUnavailable
from tasks.store.files import disk_errors, hash_file, link_or_copy, make_folder, place_new, remove, sync
from tasks.store.paths import ASIDE

_LOCK = ".lock"
_LOOKED_AT = 0.2  # seconds that whoever only asks whether the store is held may stand in the way, at most


class Folder:
    """See `tasks.store.objects.objects.Objects`."""

    def __init__(self, root: str) -> None:
        self._root = Path(root)

    @property
    def address(self) -> str:
        return str(self._root.absolute())

    def tell(self, path: str) -> str:
        return str(self._root / path)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """See `Objects`; a killed process lets go of it."""
        with disk_errors(self._root):
            self._make_root()
            lock = filelock.FileLock(self._root / _LOCK)
            try:
                lock.acquire(timeout=_LOOKED_AT, poll_interval=_LOOKED_AT / 4)
            except filelock.Timeout as error:
                raise StoreInUse(f"{self._root}: another run is working in this store; wait for it to end") from error
        try:
            yield
        finally:
            lock.release()

    def is_held(self) -> bool:
        with suppress(FileNotFoundError), disk_errors(self._root), open(self._root / _LOCK, "rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def visiting(self) -> AbstractContextManager[None]:
        return nullcontext()

    def look_again(self) -> None:
        """A folder is looked at whenever it is asked for."""

    def _make_root(self) -> None:
        try:
            make_folder(self._root)
        except FileNotFoundError as error:  # as below /proc
            raise StoreUnavailable(f"{self._root}: no folder can be made there", file=str(self._root)) from error

    def exists(self, path: str) -> bool:
        with disk_errors(self._root / path):
            return (self._root / path).is_file()

    def local(self, path: str) -> Path:
        return self._root / path

    def sha256(self, path: str) -> str:
        try:
            with disk_errors(self._root / path):
                return hash_file(self._root / path)
        except FileNotFoundError:
            return ""

    @contextmanager
    def aside(self, path: str) -> Iterator[Path]:
        target = self._root / path
        # Not named by the process: in a container the next one has the same number.
        aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}{ASIDE}")
        try:
            with disk_errors(target):
                make_folder(target.parent)
                yield aside
        finally:
            with suppress(OSError):  # whoever opens the store next sweeps it away
                remove(aside)

    def replace(self, aside: Path, path: str) -> None:
        sync(aside)
        aside.replace(self._root / path)
        sync((self._root / path).parent)

    def create(self, aside: Path, path: str) -> None:
        sync(aside)
        place_new(aside, self._root / path)
        sync((self._root / path).parent)

    def copy(self, source: str, path: str) -> None:
        with self.aside(path) as aside:
            shutil.copyfile(self._root / source, aside)
            self.replace(aside, path)

    def share(self, source: str, path: str) -> None:
        with self.aside(path) as aside:
            link_or_copy(self._root / source, aside)
            self.replace(aside, path)

    def move(self, source: str, path: str) -> None:
        with disk_errors(self._root / path):
            make_folder((self._root / path).parent)
            (self._root / source).replace(self._root / path)
            sync((self._root / path).parent)

    def remove(self, paths: Iterable[str]) -> None:
        for path in paths:
            with disk_errors(self._root / path):
                remove(self._root / path)
                self._remove_empty(self._root / path)

    def _remove_empty(self, gone: Path) -> None:
        """Remove the folders that it leaves empty."""
        for folder in gone.parents:
            if folder == self._root or not folder.is_dir() or any(folder.iterdir()):
                return
            folder.rmdir()

    def walk(self, folder: str) -> Iterator[str]:
        with disk_errors(self._root / folder):
            for above, _, names in os.walk(self._root / folder, onerror=_raise_unless_gone):
                for name in names:
                    yield Path(above, name).relative_to(self._root).as_posix()

    def folders(self, folder: str) -> list[str]:
        place = self._root / folder
        with disk_errors(place):
            return sorted(path.name for path in place.iterdir() if path.is_dir()) if place.is_dir() else []

    def free(self) -> int | None:
        with disk_errors(self._root):
            return shutil.disk_usage(self._root).free

    def sync(self, paths: Iterable[str]) -> None:
        with disk_errors(self._root):
            for folder in sorted({above for path in paths for above in Path(path).parents}):
                if (self._root / folder).is_dir():
                    sync(self._root / folder)


def _raise_unless_gone(error: OSError) -> None:
    """A folder that cannot be listed must not pass for an empty one; one that is gone, or never was, is."""
    if not isinstance(error, FileNotFoundError):
        raise error
