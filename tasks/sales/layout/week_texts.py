"""The text of each row's week, which may stand in two columns."""

from __future__ import annotations

from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from tasks.sales.layout.keys import as_text, tabulate_fields
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
    batch = tabulate_fields([row.split() for row in ragged], columns)
    reached = reduce(pc.and_, map(pc.is_valid, batch.columns))
    return pc.if_else(reached, read_weeks(batch, tuple(range(len(columns)))), "")
