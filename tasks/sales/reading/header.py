"""The header: on which line the table begins, which delimiter it uses, and what its columns are called."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple

from tasks.sales.messages import refuse
from tasks.sales.reading.names import PRODUCT_NAMES, find, normalise
from tasks.sales.reading.text import Text, open_utf8

_DELIMITERS = ",;\t|"
_LONGEST = 1 << 20  # bytes; a header of 2,600 weeks takes 44 kB
_SAMPLE = 2_000  # rows that tell what columns hold
_ABOVE = 30  # lines above the header, at most
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")
_DATE = re.compile(r"[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}( .*)?")


@dataclass(frozen=True)
class Header:
    """The line with the names of the columns.

    fields: column names without blanks around them
    line: where it stands, from 1
    next_line: the line after it
    size: bytes from the beginning of the text, in UTF-8, to that next line
    sample: fields of the rows after it, by which columns are recognised
    above: number of lines with text above it, which are no part of the table
    """

    fields: tuple[str, ...]
    delimiter: str
    line: int
    next_line: int
    size: int
    sample: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    above: int = 0

    def column(self, place: int) -> list[str]:
        """What the sample's rows hold in a column, without blanks around it, and without cells that hold nothing."""
        return [text for row in self.sample if (text := row[place].strip())]


class _Record(NamedTuple):
    """A row of the text: its fields, the line it begins on, and where the next one begins: its line and its place."""

    fields: tuple[str, ...]
    line: int
    next_line: int
    end: int


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
    return replace(header, sample=_sample(head, header))


def _names_products(header: Header, product: str | None) -> bool:
    if product:
        return normalise(product.split(",")[0]) in map(normalise, header.fields)
    return bool(find(PRODUCT_NAMES, header.fields))


def _split(head: str, delimiter: str) -> Header | None:
    """The header with this delimiter; None where a field never ends."""
    mark = "\ufeff" if head.startswith("\ufeff") else ""
    rows, cut = list[_Record](), False
    try:
        for row in islice(_records(head.removeprefix(mark), delimiter), 2 * _ABOVE):
            rows.append(row)
    except csv.Error:  # a field of more than 131,072 characters
        cut = True
    if cut and not rows:
        return None
    place = _find_table([row.fields for row in rows])
    row = rows[place] if rows else _Record((), 1, 2, 0)
    size = len(head[: len(mark) + row.end].encode())
    return Header(row.fields, delimiter, row.line, row.next_line, size, above=place)


def _records(text: str, delimiter: str) -> Iterator[_Record]:
    """The rows that hold something."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter)
    before = 0
    for fields in reader:
        names = tuple(cell.strip() for cell in fields)
        if any(names):
            yield _Record(names, before + 1, reader.line_num + 1, lines.tell())
        before = reader.line_num


def _find_table(rows: list[tuple[str, ...]]) -> int:
    """The place of the header among the first rows: 0, but where a table plainly begins below lines of another kind."""
    if not rows or all(rows[0]):
        narrow = len(rows[0]) if rows else 0
    else:
        narrow = sum(map(bool, rows[0]))
    for place, row in enumerate(rows[1:_ABOVE], 1):
        width = len(row)
        above = max(sum(map(bool, other)) for other in rows[:place])
        below = [other for other in rows[place + 1 :] if any(map(_NUMBER.fullmatch, other))]
        if narrow < width and above < width and _is_header(row) and len(below) >= max(3, 0.9 * len(rows[place + 1 :])):
            if all(len(other) == width for other in below):
                return place
    return 0


def _is_header(row: tuple[str, ...]) -> bool:
    """Whether a row can be that of the names: all there and different, no numbers, dates only as heads of weeks."""
    dates = sum(bool(_DATE.fullmatch(name)) for name in row)
    named = len(row) > 1 and all(row) and len(set(row)) == len(row) and not any(map(_NUMBER.fullmatch, row))
    return named and dates != 1 and not _DATE.fullmatch(row[0])


def _sample(head: str, header: Header) -> tuple[tuple[str, ...], ...]:
    """The rows after the header that have as many fields."""
    body = io.StringIO(head.encode()[header.size :].decode(errors="ignore"), newline="")
    rows = list[tuple[str, ...]]()
    try:
        for row in islice(csv.reader(body, delimiter=header.delimiter), _SAMPLE):
            rows.append(tuple(row))
    except csv.Error:
        pass  # what came before is enough
    if len(head) >= _LONGEST:
        rows = rows[:-1] or rows  # the last one may be cut
    return tuple(row for row in rows if len(row) == len(header.fields))
