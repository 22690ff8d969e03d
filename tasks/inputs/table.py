"""The table of an input: its columns are found by their names, and its rows by their product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.reading import Reading
from tasks.models.arrays import Codes
from tasks.sales.layout.keys import as_text, read_codes, read_ragged_codes, read_texts
from tasks.sales.layout.numbers import Bools, Floats, Ints, Numbers, OtherFormat
from tasks.sales.layout.week_texts import read_weeks
from tasks.sales.messages import enumerate_some, quote, refuse
from tasks.sales.reading.header import Header
from tasks.sales.reading.names import PRODUCT_NAMES, find, normalise
from tasks.sales.reading.rows import Ragged
from tasks.sales.reading.table import Part, Table, inspect_parts, open_table

_BLOCK = 1 << 24  # bytes read at a time
_SIGN = "|"  # between the parts of a key
_YES, _NO = {"true", "yes", "y", "t"}, {"false", "no", "n", "f"}


class SetAside(NamedTuple):
    """A row of an input that is not used; line: in its file."""

    line: int
    product_code: str
    problem: str

    def tell(self) -> str:
        """The row as a message names it."""
        named = [quote(self.product_code)] if self.product_code else []
        place = " ".join([*named, *([f"in line {self.line}"] if self.line else [])])
        return f"{place}: {self.problem}"


@dataclass(frozen=True)
class InputTable:
    """Rows of an input.

    name: what messages call it
    codes: (rows,) products, "" where there is none
    partial: (rows,) whether only some of the columns of the product are filled
    lines: (rows,) in the file
    header: names of all columns
    fields: those that are known, by their normalised names, each (rows,)
    reading: how it was read
    delimiter: between its cells
    ragged: rows with other numbers of fields, which are in none of these
    """

    name: str
    codes: Codes
    partial: Bools
    lines: Ints
    header: tuple[str, ...]
    fields: dict[str, pa.Array]
    reading: Reading
    delimiter: str
    ragged: list[SetAside]

    def has(self, column: str) -> bool:
        """Whether there is a column of that name."""
        return normalise(column) in self.fields

    def cells(self, column: str) -> pa.Array:
        """A column as text, "" where a cell is blank."""
        return pc.utf8_trim_whitespace(as_text(self.fields[normalise(column)]).fill_null(""))

    def texts(self, column: str) -> list[str]:
        """The same as a list."""
        return list(self.cells(column).to_pylist())

    def weeks(self, columns: Sequence[str]) -> pa.Array:
        """The texts of weeks, which stand in one column, or in that of the year and that of the week."""
        cells = pa.RecordBatch.from_arrays([self.fields[normalise(name)] for name in columns], list(columns))
        return pc.utf8_trim_whitespace(read_weeks(cells, tuple(range(len(columns)))))

    def numbers(self, columns: Sequence[str]) -> tuple[Floats, Bools]:
        """Some columns as numbers: (rows, columns), NaN where a cell is blank, and which cells are no numbers.

        Raises BadInput where they may be read in two ways.
        """
        cells = pa.RecordBatch.from_arrays([self.fields[normalise(name)] for name in columns], list(columns))
        numbers, places = Numbers(self.reading, self.delimiter), list(range(len(columns)))
        values, unreadable = numbers.parse_columns(cells, places)
        try:
            numbers.settle(self.name)
        except OtherFormat as other:
            again = Numbers(self.reading, self.delimiter, other.found)
            values, unreadable = again.parse_columns(cells, places)
        return values, unreadable

    def shares(self, columns: Sequence[str], plain: Sequence[str] = ()) -> tuple[Floats, Bools]:
        """The same of columns that may say yes, which is one, or no, which is zero; plain: others before them."""
        fields = dict(self.fields)
        for name in map(normalise, columns):
            if pa.types.is_string(fields[name].type) or pa.types.is_boolean(fields[name].type):
                fields[name] = _count_yes(fields[name])
        return replace(self, fields=fields).numbers([*plain, *columns])


def _count_yes(cells: pa.Array) -> pa.Array:
    """Texts in which yes is 1 and no is 0."""
    texts = pc.utf8_lower(pc.utf8_trim_whitespace(as_text(cells).fill_null("")))
    yes, no = (pc.is_in(texts, pa.array(sorted(words))) for words in (_YES, _NO))
    return pc.if_else(pc.or_(yes, no), pc.if_else(yes, "1", "0"), texts)


def read_head(part: Part, reading: Reading) -> Header:
    """The names of a file's columns, and its first rows."""
    (text,) = inspect_parts([part], reading.encoding)
    return open_table([text], reading, part.name).header


def read_input(
    part: Part, reading: Reading, expected: str, is_known: Callable[[str], bool], *, keyed: bool = True
) -> InputTable:
    """Read a file whose rows are of one product each.

    expected: its columns, for messages
    is_known: whether a normalised name is one of them
    keyed: whether it has to have a column of products

    Raises BadInput where it has no column of products, or none that is known.
    """
    (text,) = inspect_parts([part], reading.encoding)
    table = open_table([text], reading, part.name)
    header = table.header
    key = _find_key(header, reading, part.name, keyed=keyed)
    known = {normalise(name): place for place, name in enumerate(header.fields) if is_known(normalise(name))}
    if not known:
        found = enumerate_some([quote(name) for name in header.fields])
        raise refuse(part.name, f"expected the columns {expected}, found {found}", line=header.line)
    counts = Counter(map(normalise, header.fields))
    if twice := [name for name in known if counts[name] > 1]:
        shown = quote(header.fields[known[twice[0]]])
        raise refuse(part.name, f"expected one column {shown}, found {counts[twice[0]]}", line=header.line)
    return _read_rows(table, key, known, reading)


def _find_key(header: Header, reading: Reading, name: str, *, keyed: bool) -> tuple[int, ...]:
    asked = [word.strip() for word in (reading.product or "").split(",") if word.strip()]
    fields = [normalise(field) for field in header.fields]
    if asked and all(normalise(word) in fields for word in asked):
        return tuple(fields.index(normalise(word)) for word in asked)
    found = find(PRODUCT_NAMES if keyed else PRODUCT_NAMES[:2], header.fields)
    if not found and not keyed:
        return ()
    if not found:
        there = enumerate_some(list(map(quote, header.fields)))
        told = " and ".join(map(quote, asked)) or "a column of the product"
        raise refuse(name, f"expected {told}, or product_code as in the forecast, found {there}", line=header.line)
    return (found[0],)


def _read_rows(table: Table, key: tuple[int, ...], known: dict[str, int], reading: Reading) -> InputTable:
    codes, partial, lines = (
        [pa.array([], pa.string()).dictionary_encode()],
        [np.zeros(0, bool)],
        [np.zeros(0, np.int64)],
    )
    parts = {name: list[pa.Array]() for name in known}
    rows = table.rows(_BLOCK)
    for batch, numbered in rows.batches():
        own = read_codes(batch, key) if key else pa.repeat("", batch.num_rows)
        codes.append(own.dictionary_encode())
        partial.append(_is_partial(batch, key, own))
        lines.append(numbered)
        for name, place in known.items():
            parts[name].append(batch.column(place))
    together = pa.chunked_array(codes).unify_dictionaries().combine_chunks()
    return InputTable(
        table.name,
        np.asarray(together.dictionary.to_numpy(zero_copy_only=False), object)[together.indices.to_numpy()],
        np.concatenate(partial),
        np.concatenate(lines),
        table.header.fields,
        {
            name: pa.chunked_array(chunks).combine_chunks() if chunks else pa.array([], pa.string())
            for name, chunks in parts.items()
        },
        reading,
        table.header.delimiter,
        _set_ragged_aside(rows.ragged, key, len(table.header.fields)),
    )


def _is_partial(batch: pa.RecordBatch, key: tuple[int, ...], codes: pa.Array) -> Bools:
    """Which rows, (rows,), fill only some columns of the key."""
    if len(key) < 2:
        return np.zeros(len(codes), bool)
    filled = pc.not_equal(read_texts(batch, key), _SIGN * (len(key) - 1)).fill_null(False)
    return np.asarray(pc.and_(pc.equal(codes, ""), filled).to_numpy(zero_copy_only=False))


def _set_ragged_aside(rows: list[Ragged], key: tuple[int, ...], fields: int) -> list[SetAside]:
    codes = read_ragged_codes([row.split() for row in rows], key).to_pylist() if key and rows else [""] * len(rows)
    return [
        SetAside(row.line, code, f"it has {row.fields} fields, the header has {fields}")
        for row, code in zip(rows, codes, strict=True)
    ]


def is_repeated(codes: Codes) -> Bools:
    """Which rows are of a product that has several, (rows,)."""
    encoded = pa.array(codes, pa.string()).dictionary_encode().indices.to_numpy()
    return np.asarray(np.bincount(encoded, minlength=1)[encoded] > 1) if len(codes) else np.zeros(0, bool)
