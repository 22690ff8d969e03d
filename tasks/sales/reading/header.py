"""The header: which delimiter the file uses, and what its columns are called."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from tasks.sales.messages import refuse
from tasks.sales.reading.names import PRODUCT_NAMES, find, normalise
from tasks.sales.reading.text import Text, open_utf8

_DELIMITERS = ",;\t|"
_LONGEST = 1 << 20  # bytes; a header of 2,600 weeks takes 44 kB


@dataclass(frozen=True)
class Header:
    """The first line that is not blank.

    fields: column names without blanks around them; line: where it stands, from 1; next_line: the line after it;
    size: bytes from the beginning of the text, in UTF-8, to that next line; first: fields of the row after it, by which
    columns without a known name are recognised, empty where there is none.
    """

    fields: tuple[str, ...]
    delimiter: str
    line: int
    next_line: int
    size: int
    first: tuple[str, ...] = ()


def read_header(text: Text, product: str | None = None) -> Header:
    """Read the header; of the delimiters that give a column of products, the one with most columns is taken.

    product: what the setting calls that column. Raises BadInput where the header has no end, or is longer than 1 MB.
    """
    with open_utf8(text) as stream:
        head = stream.read(_LONGEST).decode(errors="ignore")
    found = [header for header in (_split(head, delimiter) for delimiter in _DELIMITERS) if header]
    if not found:
        raise refuse(text.name, "expected a header, found a name that never ends; look at its quotes", line=1)
    header = max(found, key=lambda header: (_names_products(header, product), len(header.fields)))
    if header.size >= _LONGEST:
        raise refuse(text.name, "expected a header, found a line of more than 1 MB", line=header.line)
    return header


def _names_products(header: Header, product: str | None) -> bool:
    if product:
        return normalise(product.split(",")[0]) in map(normalise, header.fields)
    return bool(find(PRODUCT_NAMES, header.fields))


def _split(head: str, delimiter: str) -> Header | None:
    mark = "\ufeff" if head.startswith("\ufeff") else ""
    lines = io.StringIO(head.removeprefix(mark), newline="")
    reader = csv.reader(lines, delimiter=delimiter)
    names: tuple[str, ...] = ()
    before = 0
    try:
        while not any(names):
            before = reader.line_num
            names = tuple(field.strip() for field in next(reader))
    except csv.Error:  # a field of more than 131,072 characters
        return None
    except StopIteration:
        names = ()
    size = len(head[: len(mark) + lines.tell()].encode())
    next_line = reader.line_num + 1
    try:
        first = tuple(next(reader, ()))
    except csv.Error:
        first = ()
    return Header(names, delimiter, before + 1, next_line, size, first if len(first) == len(names) else ())
