"""Arrays that are in memory while they are few, and in a temporary file from then on."""

from __future__ import annotations

import mmap
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from schemas.errors import SourceUnavailable

IN_MEMORY = 1 << 27  # bytes of arrays that are kept in memory, at most

Array = npt.NDArray[Any]


class Overflow:
    """A temporary file of arrays, which ends with this object."""

    def __init__(self) -> None:
        self._file: BinaryIO | None = None
        self._size = 0

    def add(self, array: Array) -> int:
        """Add an array at the end of the file; returns where it lies.

        Raises SourceUnavailable where there is no space for it.
        """
        place, data = self._size, np.ascontiguousarray(array).data
        self._size += data.nbytes
        try:
            if not self._file:
                self._file = tempfile.TemporaryFile()
                weakref.finalize(self, self._file.close)
            self._file.seek(place)
            self._file.write(data)
        except OSError as error:
            raise SourceUnavailable(
                f"{tempfile.gettempdir()}: {error.strerror}; so many sales need {self._size >> 20:,} MiB and more in a "
                "temporary file: make room, or set TMPDIR to a folder that has it"
            ) from error
        return place

    def read(self, place: int, count: int, kind: np.dtype[Any]) -> Array:
        """An array of so many values from a place in the file."""
        assert self._file, "nothing was added"
        array = np.empty(count, kind)
        self._file.seek(place)
        self._file.readinto(array.data)  # type: ignore[attr-defined]  # typing knows no raw files
        return array

    def map(self) -> mmap.mmap:
        """The whole file as memory that may be read; nothing can be added later."""
        assert self._file, "nothing was added"
        self._file.flush()
        return mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)


class _Place(NamedTuple):
    """Where an array lies in the file."""

    place: int
    values: int
    kind: np.dtype[Any]


class ArrayGroups:
    """Groups of arrays (n,), which are read again and again in the order in which they were added."""

    def __init__(self) -> None:
        self._groups: list[Sequence[Array] | list[_Place]] = []
        self._overflow, self._size = Overflow(), 0

    def add(self, group: Sequence[Array]) -> None:
        """Add a group; raises SourceUnavailable where there is no space for a temporary file."""
        self._size += sum(array.nbytes for array in group)
        if self._size <= IN_MEMORY:
            self._groups.append(group)
        else:
            self._groups.append([_Place(self._overflow.add(array), len(array), array.dtype) for array in group])

    def __iter__(self) -> Iterator[list[Array]]:
        for group in self._groups:
            yield [self._overflow.read(*part) if isinstance(part, _Place) else part for part in group]

    def clear(self) -> None:
        """Forget all of them."""
        self._groups.clear()
        self._overflow, self._size = Overflow(), 0
