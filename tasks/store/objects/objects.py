"""What a store asks of the place where it lies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol


class Objects(Protocol):
    """Files that are written whole, each known by its path below the store's root.

    Raises StoreUnavailable where the place refuses; a file that is missing is a FileNotFoundError.
    """

    @property
    def address(self) -> str:
        """The place, for a process that works in another folder or on another machine."""

    def tell(self, path: str) -> str:
        """What messages and programs call a file, or the store itself where the path is empty."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold the store alone, which is made where it is not there; raises StoreInUse where another one has it."""

    def is_held(self) -> bool:
        """Whether a process holds the store at this moment; whoever asks writes nothing."""

    def visiting(self) -> AbstractContextManager[None]:
        """Write for the process that holds the store, below `runs` alone, where nobody else reads or writes."""

    def look_again(self) -> None:
        """See what others have written for the holder."""

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""

    def local(self, path: str) -> Path:
        """A file of this machine with the bytes that the file has now, to read only."""

    def sha256(self, path: str) -> str:
        """SHA-256 of the file's bytes, empty where there is no such file."""

    def aside(self, path: str) -> AbstractContextManager[Path]:
        """A path of this machine to write to, which nobody reads, and which is removed after the block."""

    def replace(self, aside: Path, path: str) -> None:
        """Put what was written aside in a file's place in one step."""

    def create(self, aside: Path, path: str) -> None:
        """Put it where nothing stands in one step; raises FileExistsError where something does."""

    def copy(self, source: str, path: str) -> None:
        """Put a copy of a file in another one's place in one step."""

    def share(self, source: str, path: str) -> None:
        """The same for a file that nobody changes any more, which may stay one file."""

    def move(self, source: str, path: str) -> None:
        """Put a file in another one's place in one step; it is gone from its own."""

    def remove(self, paths: Iterable[str]) -> None:
        """Remove files, and folders with all that is in them, where they are."""

    def walk(self, folder: str) -> Iterator[str]:
        """All files below a folder, in any order; those that another process moves away meanwhile may be among them."""

    def folders(self, folder: str) -> list[str]:
        """Names of the folders in a folder, in order."""

    def free(self) -> int | None:
        """Bytes that are free there, None where it has no bounds."""

    def sync(self, paths: Iterable[str]) -> None:
        """Wait until no loss of power takes these files away."""
