"""Quantities as they stand in a file: which texts are numbers, and which of them can be units sold."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

NOT_A_NUMBER = "not_a_number"
NOT_FINITE = "not_finite"
NEGATIVE = "negative"
TOO_LARGE = "too_large"

# Decimal digits, a point, an exponent: no hexadecimal, underscores, decimal comma or digits of other scripts.
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_WHOLE_NUMBER = rf"\A{_NUMBER}\z"
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)


def parse_numbers(cells: pa.Array) -> tuple[Floats, Bools | None]:
    """Read a column of texts as numbers; blanks around them do not count.

    Returns the values, NaN where a cell is blank or unreadable, and which cells are unreadable: not a number, not
    finite, or beyond what a float holds; None where all are readable.
    """
    try:
        values = pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        return _parse_any(cells)
    floats = values.to_numpy(zero_copy_only=False)
    if np.count_nonzero(np.isfinite(floats)) + values.null_count < len(floats):
        return _parse_any(cells)
    return floats + 0.0, None  # makes -0.0 the same as 0.0


def parse_columns(batch: pa.RecordBatch, columns: list[int]) -> tuple[Floats, Bools]:
    """Read some columns of a batch: values and unreadable cells, both (rows, columns)."""
    values = np.empty((batch.num_rows, len(columns)), order="F")
    unreadable = np.zeros(values.shape, bool, order="F")
    for place, column in enumerate(columns):
        values[:, place], faulty = parse_numbers(batch.column(column))
        if faulty is not None:
            unreadable[:, place] = faulty
    return values, unreadable


def any_of_row(cells: Bools) -> Bools:
    """Which rows, (rows,), have a marked cell (rows, columns)."""
    return np.asarray(cells.any(axis=1))


def name_fault(text: str) -> str:
    """The rule that an unreadable cell breaks."""
    text = text.strip()
    if re.fullmatch(_NUMBER, text):
        return NEGATIVE if text.startswith("-") else TOO_LARGE
    return NOT_FINITE if _NOT_FINITE.fullmatch(text) else NOT_A_NUMBER


def _parse_any(cells: pa.Array) -> tuple[Floats, Bools]:
    texts = pc.utf8_trim_whitespace(cells.fill_null(""))
    numeric = pc.match_substring_regex(texts, _WHOLE_NUMBER)
    numbers = pc.cast(pc.if_else(numeric, texts, pa.scalar(None, pa.string())), pa.float64())
    floats = numbers.to_numpy(zero_copy_only=False) + 0.0
    blank = pc.equal(texts, "").to_numpy(zero_copy_only=False)
    infinite = np.isinf(floats)
    return np.where(infinite, np.nan, floats), ~blank & np.isnan(floats) | infinite
