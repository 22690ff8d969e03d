"""Compressed files, told by their content: gzip, zstd, or a zip archive of one file."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from schemas.errors import BadInput
from tasks.sales.messages import enumerate_some, quote, refuse, shorten

GZIP, ZSTD, ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"


def find_compression(file: Path) -> bytes:
    """The first bytes of a compressed file, which tell its kind; none where it is not compressed."""
    with file.open("rb") as opened:
        head = opened.read(4)
    return next((kind for kind in (GZIP, ZSTD, ZIP) if head.startswith(kind)), b"")


@contextmanager
def open_bytes(file: Path, compression: bytes) -> Iterator[BinaryIO]:
    """Open a file as the bytes that were compressed, or as they are."""
    if compression == ZIP:
        with zipfile.ZipFile(file) as archive, archive.open(_members(archive)[0]) as opened:
            yield opened  # type: ignore[misc]
    elif compression == ZSTD:
        with pa.input_stream(str(file), compression="zstd") as opened:
            yield opened
    else:
        with gzip.open(file, "rb") if compression == GZIP else file.open("rb") as opened:
            yield opened  # type: ignore[misc]


@contextmanager
def compression_errors(name: str, compression: bytes) -> Iterator[None]:
    """Raise BadInput in place of the errors of a file whose compressed data is broken; messages call it `name`."""
    errors = {GZIP: (EOFError, zlib.error, gzip.BadGzipFile), ZIP: (EOFError, zlib.error, zipfile.BadZipFile)}
    try:
        yield
    except errors.get(compression, ()) as error:
        raise _refuse_data(name, compression, error) from error
    except OSError as error:
        if compression != ZSTD or error.errno is not None:  # Arrow's own errors have no number
            raise
        raise _refuse_data(name, compression, error) from error


def _refuse_data(name: str, compression: bytes, error: Exception) -> BadInput:
    kind = {GZIP: "gzip", ZSTD: "zstd", ZIP: "a zip archive"}[compression]
    # A zip archive's list of files stands at its end.
    cut = isinstance(error, EOFError) or any(sign in str(error) for sign in ("Truncated", "not a zip file"))
    found = f"{kind} that is incomplete: it ends too early" if cut else f"{kind} that is broken ({shorten(error)})"
    return refuse(name, f"expected whole data, found {found}; send the file again")


def require_one_member(file: Path, name: str) -> None:
    """Raise BadInput where a zip archive does not hold one file."""
    with zipfile.ZipFile(file) as archive:
        members = _members(archive)
        if len(members) != 1:
            found = enumerate_some([quote(member) for member in members]) or "none"
            raise refuse(name, f"expected a zip archive of one file, found {found}; unpack it and give its folder")
        if any(member.flag_bits & 1 for member in archive.infolist()):
            raise refuse(name, "expected a zip archive without a password, found one with it; unpack it")


def _members(archive: zipfile.ZipFile) -> list[str]:
    """Files of the archive, without folders and what a Mac adds."""
    hidden = ("__MACOSX/", ".")
    return [name for name in archive.namelist() if not name.startswith(hidden) and not name.endswith("/")]
