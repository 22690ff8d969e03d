"""The content of the file: text, plain or compressed, or another format that has to be saved as CSV first."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from schemas.errors import BadInput, UsageError
from tasks.sales.messages import refuse, remedy, shorten
from tasks.sales.reading.compression import (
    GZIP,
    ZIP,
    ZSTD,
    compression_errors,
    find_compression,
    open_bytes,
    require_one_member,
)

_MOST_BLANK = 100_000  # blank lines, at most: a small gzip file may unpack to millions
_BLOCK = 1 << 20
_SAVE_AS_CSV = "save it as CSV and send that"
_ASK_IT = 'name it as sqlite:///PATH with --set query="select …", or save it as CSV'
_UNPACK = "unpack it, or use gzip, zstd or zip"
# Formats that are sent instead of CSV: how the file begins, the format's name and what to do.
_OTHER_FORMATS = (
    (rb"PK\x03\x04(?s:.)*(xl/|\[Content_Types\]|opendocument\.spreadsheet)", "an Excel workbook", _SAVE_AS_CSV),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook (xls)", _SAVE_AS_CSV),
    (rb"PK\x05\x06", "an empty zip archive", "send the file again"),
    (rb"BZh[1-9]1AY&SY", "a bzip2 archive", _UNPACK),
    (rb"\xfd7zXZ\x00|7z\xbc\xaf\x27\x1c", "a compressed archive", _UNPACK),
    (re.escape(GZIP), "gzip inside gzip", "compress it once"),
    (re.escape(ZSTD), "zstd inside another compression", "compress it once"),
    (rb"ARROW1", "an Arrow file", _SAVE_AS_CSV),
    (rb"SQLite format 3\x00", "an SQLite database", _ASK_IT),
    (rb"%PDF-", "a PDF document", _SAVE_AS_CSV),
    (rb"(\xef\xbb\xbf)?\s*<(?i:!doctype html|html|head|body|table|div)", "an HTML page", _SAVE_AS_CSV),
    (rb"(\xef\xbb\xbf)?\s*<[?!A-Za-z]", "an XML document", _SAVE_AS_CSV),
    (rb"(\xef\xbb\xbf)?\s*(\{\s*[\"}]|\[\s*[\[{\"\]\d])", "a JSON document", _SAVE_AS_CSV),
)


@dataclass(frozen=True)
class Text:
    """A local file that is known to be text in `encoding` from its first byte to its last.

    name: of the file in messages
    compression: how its compressed data begin, empty where it is not compressed
    quoted: whether it contains a quotation mark
    """

    file: Path
    name: str
    encoding: str
    compression: bytes
    quoted: bool


def inspect_content(file: Path, name: str, encoding: str) -> Text:
    """Read the whole file, and return how it must be read.

    Raises BadInput where it is empty, not text, not in this encoding or damaged, and UsageError where there is no
    such encoding.
    """
    encoding = _canonical_encoding(encoding)
    compression = find_compression(file)
    with compression_errors(name, compression):
        if compression == ZIP:
            _refuse_other_formats(_head(file, b""), name)
            require_one_member(file, name)
        _refuse_other_formats(_head(file, compression), name)
        with open_bytes(file, compression) as stream:
            quoted = _read_through(stream, name, encoding)
    return Text(file, name, encoding, compression, quoted)


@contextmanager
def open_utf8(text: Text) -> Iterator[pa.NativeFile]:
    """Open the text as a stream of UTF-8 bytes, converted from its encoding."""
    with open_bytes(text.file, text.compression) as raw:
        stream = pa.PythonFile(raw, mode="r")
        yield stream if text.encoding == "utf-8" else pa.transcoding_input_stream(stream, text.encoding, "utf-8")


def find_blank_lines(text: Text) -> set[int]:
    """Numbers of the blank lines, from 1."""
    with open_utf8(text) as raw, io.TextIOWrapper(raw, "utf-8") as lines:
        return {number for number, line in enumerate(lines, 1) if not line.strip()}


def _head(file: Path, compression: bytes) -> bytes:
    with open_bytes(file, compression) as stream:
        return stream.read(4096)


def _canonical_encoding(encoding: str) -> str:
    try:
        "".encode(encoding)  # refuses codecs that do not turn text into bytes, such as base64
        name = codecs.lookup(encoding).name
    except (LookupError, UnicodeError, ValueError) as error:
        raise UsageError(
            f"setting encoding: expected one that Python knows, such as cp1252, got {encoding!r}"
        ) from error
    return "utf-8" if name == "utf-8-sig" else name


def _refuse_other_formats(head: bytes, name: str) -> None:
    for beginning, kind, advice in _OTHER_FORMATS:
        if re.match(beginning, head):
            raise refuse(name, f"expected a CSV, found {kind}; {advice}")


def _read_through(stream: BinaryIO, name: str, encoding: str) -> bool:
    """Decode all of the stream; return whether a quotation mark occurs."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
    line, empty, quoted, blank, block = 1, True, False, 0, b"-"
    while block:
        block = stream.read(_BLOCK)
        try:
            text = decoder.decode(block, final=not block)
            if encoding != "utf-8":
                text.encode()  # raises for half a character (a surrogate), which some encodings allow
        except UnicodeError as error:
            raise _refuse_bytes(name, encoding, line, block, error) from error
        if (position := text.find("\0")) >= 0:
            line += text.count("\n", 0, position)
            raise _refuse_text(name, "expected text, found a NUL byte", block, line)
        line += text.count("\n")
        empty = empty and not text.strip("\ufeff \t\r\n")
        quoted = quoted or '"' in text
        blank += text.count("\n\n")
        if blank > _MOST_BLANK:
            raise refuse(name, f"expected rows of sales, found more than {_MOST_BLANK:,} blank lines; export it again")
    if empty:
        raise refuse(name, "expected a header and rows of sales, found an empty file; export it again")
    return quoted


def _refuse_bytes(name: str, encoding: str, line: int, block: bytes, error: UnicodeError) -> BadInput:
    if not isinstance(error, UnicodeDecodeError):  # no byte order mark in UTF-16, half a character in UTF-7
        found = f"expected text in {encoding}, found something else ({shorten(error)})"
    else:
        block, before = error.object, error.object[: error.start]
        line += max(before.count(b"\n"), before.count(b"\r"))
        found = f"expected text in {encoding}, found byte 0x{error.object[error.start]:02x}"
    return _refuse_text(name, found, block, line)


def _refuse_text(name: str, found: str, block: bytes, line: int) -> BadInput:
    if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        admits = remedy("encoding=utf-16", words="it looks like UTF-16: {}")
    elif b"\0" in block:
        found += "; save it as CSV if it is no text"
        admits = remedy("encoding=utf-16-le", words="or try {}")
    else:
        found += "; save it as UTF-8, or name its encoding"
        admits = remedy("encoding=cp1252", words="such as {}")
    return refuse(name, found, remedies=[admits], line=line)
