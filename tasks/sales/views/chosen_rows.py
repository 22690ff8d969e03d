"""The rows of a table that meet the condition of the setting `where`; the others are passed over."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.reading import Comparison
from tasks.sales.layout.keys import clean
from tasks.sales.layout.numbers import Bools
from tasks.sales.messages import refuse
from tasks.sales.reading.rows import Ints
from tasks.sales.reading.table import TableRows

_NUMBER = r"\A[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)\z"


class ChosenRows(TableRows):
    """The rows that meet all comparisons; columns: the position of each one's column."""

    def __init__(self, rows: TableRows, comparisons: tuple[Comparison, ...], columns: tuple[int, ...]) -> None:
        self._rows, self._asked = rows, list(zip(comparisons, columns, strict=True))
        self.name, self.header, self.ragged = rows.name, rows.header, rows.ragged

    def batches(self) -> Iterator[tuple[pa.RecordBatch, Ints]]:
        """Yield batches of these rows, and the line of each; raises BadInput where there is none."""
        found = False
        for batch, lines in self._rows.batches():
            kept = np.ones(batch.num_rows, bool)
            for comparison, column in self._asked:
                kept &= _meets(batch.column(column), comparison)
            found = found or bool(kept.any())
            yield batch.filter(pa.array(kept)), lines[kept]
        if not found:
            raise refuse(self.name, "expected rows that meet the setting where, found none; correct --set where=…")

    def locate(self, lines: Ints) -> tuple[pa.Array, Ints]:
        """Names and lines of the parts that hold these lines."""
        return self._rows.locate(lines)


def _meets(cells: pa.Array, comparison: Comparison) -> Bools:
    """Which cells meet a comparison: as numbers where both sides are, else as texts, whatever their case."""
    texts, value = pc.utf8_lower(clean(cells)), comparison.value.strip().lower()
    if comparison.sign in ("=", "!="):
        same = _equal(texts, value)
        return same if comparison.sign == "=" else ~same
    numeric = pc.match_substring_regex(texts, _NUMBER)
    if pc.match_substring_regex(pa.scalar(value), _NUMBER).as_py():
        numbers = pc.cast(pc.if_else(numeric, texts, pa.scalar(None, pa.string())), pa.float64())
        compare = pc.less if comparison.sign == "<" else pc.greater
        return np.asarray(compare(numbers, float(value)).fill_null(False).to_numpy(zero_copy_only=False))
    compare = pc.less if comparison.sign == "<" else pc.greater  # dates such as 2024-01-31 are in order as texts
    return np.asarray(pc.and_(compare(texts, value), pc.not_equal(texts, "")).to_numpy(zero_copy_only=False))


def _equal(texts: pa.Array, value: str) -> Bools:
    same: Bools = pc.equal(texts, value).to_numpy(zero_copy_only=False)
    if pc.match_substring_regex(pa.scalar(value), _NUMBER).as_py():
        numeric = pc.match_substring_regex(texts, _NUMBER)
        numbers = pc.cast(pc.if_else(numeric, texts, pa.scalar(None, pa.string())), pa.float64())
        same = same | pc.equal(numbers, float(value)).fill_null(False).to_numpy(zero_copy_only=False)
    return same
