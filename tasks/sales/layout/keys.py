"""The key of a product: its code, or the codes of several columns joined so that they can be told apart again."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.sales.messages import enumerate_some, quote

_SIGN = "|"
_SCIENTIFIC = r"\A[0-9]([.,][0-9]+)?[eE]\+?[0-9]{1,2}\z"
_ESCAPE = "\\"
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PART = re.compile(r"((?:\\.|[^|\\])*)(?:\||\Z)", re.DOTALL)


def read_codes(batch: pa.RecordBatch, columns: tuple[int, ...]) -> pa.Array:
    """The product code of each row: the parts joined with |, "" where one of them is blank.

    A | or a backslash inside of a part of several gets a backslash before it, so no two keys have the same code.
    """
    parts = [clean(batch.column(column)) for column in columns]
    if len(parts) == 1:
        return parts[0]
    blank = pa.array(np.zeros(batch.num_rows, bool))
    for part in parts:
        blank = pc.or_(blank, pc.equal(part, ""))
    return pc.if_else(blank, "", _join(parts))


def read_texts(batch: pa.RecordBatch, columns: tuple[int, ...]) -> pa.Array:
    """The texts of some columns, which may be blank, joined as the parts of a key are; null without columns."""
    if not columns:
        return pa.nulls(batch.num_rows, pa.string())
    parts = [clean(batch.column(column)) for column in columns]
    return parts[0] if len(parts) == 1 else _join(parts)


def read_ragged_codes(rows: Sequence[Sequence[str]], columns: tuple[int, ...]) -> pa.Array:
    """The same of rows with any number of fields: those that are missing are blank."""
    return read_codes(tabulate_fields(rows, columns), tuple(range(len(columns))))


def tabulate_fields(rows: Sequence[Sequence[str]], columns: tuple[int, ...]) -> pa.RecordBatch:
    """Some columns of rows with any number of fields, null where a row ends before it."""
    fields = [[cells[column] if column < len(cells) else None for cells in rows] for column in columns]
    return pa.RecordBatch.from_arrays([pa.array(column, pa.string()) for column in fields], list(map(str, columns)))


def split_codes(codes: pa.Array, parts: int) -> list[pa.Array]:
    """The parts that `read_codes` joined, one array for each of them."""
    if parts == 1:
        return [codes]
    if pc.any(pc.match_substring(codes, _ESCAPE)).as_py():
        rows = [_PART.findall(code)[:parts] for code in codes.to_pylist()]
        return [pa.array([_ESCAPED.sub(r"\1", row[place]) for row in rows], pa.string()) for place in range(parts)]
    flat = pc.split_pattern(codes, _SIGN).flatten()
    return [flat.take(pa.array(np.arange(place, len(flat), parts))) for place in range(parts)]


def unescape(codes: pa.Array) -> pa.Array:
    """Codes as a person joins their parts, without the backslashes that tell the parts apart."""
    return pc.replace_substring_regex(codes, _ESCAPED.pattern, r"\1")


def warn_of_cut_codes(codes: pa.Array) -> list[str]:
    """The warning about codes that a spreadsheet has written as 4.00638E+12, which may stand for several; or none."""
    cut = codes.filter(pc.match_substring_regex(codes, _SCIENTIFIC))
    if not len(cut):
        return []
    return [
        f"product codes whose last digits a spreadsheet has cut: {enumerate_some(list(map(quote, cut.to_pylist())))}"
    ]


def clean(cells: pa.Array) -> pa.Array:
    """Cells as text without blanks around it, with LF for every line break; a blank or null cell gives ""."""
    texts = pc.utf8_trim_whitespace(as_text(cells).fill_null(""))
    return pc.replace_substring(pc.replace_substring(texts, "\r\n", "\n"), "\r", "\n")


def as_text(cells: pa.Array) -> pa.Array:
    """Cells of any type, as a Parquet file may have them, as text; whole numbers without a fraction."""
    if pa.types.is_string(cells.type):
        return cells
    if pa.types.is_floating(cells.type) and pc.all(pc.equal(pc.floor(cells), cells)).as_py():
        cells = cells.cast(pa.int64())
    return cells.cast(pa.string())


def _join(parts: list[pa.Array]) -> pa.Array:
    return pc.binary_join_element_wise(*(_escape(part) for part in parts), _SIGN)


def _escape(part: pa.Array) -> pa.Array:
    escaped = pc.replace_substring(part, _ESCAPE, _ESCAPE * 2)
    return pc.replace_substring(escaped, _SIGN, _ESCAPE + _SIGN)
