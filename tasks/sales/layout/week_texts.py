"""The text of each row's week, which may stand in two columns."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tasks.sales.layout.keys import as_text
from tasks.sales.reading.rows import Ragged

_OF_A_YEAR = r"\A\s*[wW]?[0-9]{1,2}\s*\z"


def read_weeks(batch: pa.RecordBatch, columns: tuple[int, ...]) -> pa.Array:
    """The text of each row's week; where it is in two columns, the week's number gets its year."""
    weeks = as_text(batch.column(columns[-1])).fill_null("")
    if len(columns) == 1:
        return weeks
    years = pc.utf8_trim_whitespace(as_text(batch.column(columns[0])).fill_null(""))
    numbers = pc.utf8_ltrim(pc.utf8_trim_whitespace(weeks), "wW")
    joined = pc.binary_join_element_wise(years, numbers, "-W")
    return pc.if_else(pc.match_substring_regex(weeks, _OF_A_YEAR), joined, weeks)


def read_ragged_weeks(ragged: list[Ragged], columns: tuple[int, ...]) -> pa.Array:
    """The same of rows with another number of fields, "" where they end before it."""
    rows = [row.split() for row in ragged]
    reached = [max(columns) < len(cells) for cells in rows]
    parts = [
        pa.array([cells[column] if whole else "" for cells, whole in zip(rows, reached, strict=True)], pa.string())
        for column in columns
    ]
    weeks = read_weeks(
        pa.RecordBatch.from_arrays(parts, [str(place) for place in range(len(parts))]), (*range(len(parts)),)
    )
    return pc.if_else(pa.array(reached), weeks, "")
