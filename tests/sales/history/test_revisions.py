"""Revisions, against a join of whole tables."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from schemas.forecasts import AS_OF_WEEK, PRODUCT_CODE, TARGET_WEEK, UNITS
from tasks.sales.history.revisions import Source, explain_revisions

BEFORE, NOW = 10, 11


def draw(codes: list[str], weeks: range, seed: int) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([codes, weeks], names=[PRODUCT_CODE, TARGET_WEEK])
    return pd.DataFrame({UNITS: np.random.default_rng(seed).random(len(index))}, index)


def source(table: pd.DataFrame, rows: int) -> Source:
    def read(week: int) -> Iterable[pa.RecordBatch]:
        of_week = table[table.index.get_level_values(TARGET_WEEK) == week].reset_index()[[PRODUCT_CODE, UNITS]]
        schema = pa.schema([(PRODUCT_CODE, pa.string()), (UNITS, pa.float64())])
        batches: list[pa.RecordBatch] = pa.Table.from_pandas(of_week, schema, preserve_index=False).to_batches(rows)
        return batches

    return read


@pytest.mark.parametrize("rows", [1, 4, 100])
@pytest.mark.parametrize("restated", [True, False])
@pytest.mark.parametrize("asked", [True, False])
def test_each_part_is_a_difference_of_two_forecasts(rows: int, restated: bool, asked: bool) -> None:
    codes = [f"P{number}" for number in range(9)]
    new, old = draw(codes[1:], range(12, 15), 1), draw(codes[:-1], range(11, 14), 2)
    now, then = draw(codes[1:], range(12, 14), 3), draw(codes[1:], range(12, 14), 4)
    table = new.reset_index().assign(**{AS_OF_WEEK: NOW})
    types = {PRODUCT_CODE: pa.string(), TARGET_WEEK: pa.int32(), AS_OF_WEEK: pa.int32(), UNITS: pa.float64()}
    fields = pa.Table.from_pandas(table[list(types)], pa.schema(list(types.items())), preserve_index=False)
    batches = [fields.slice(start, 3 * rows) for start in range(0, len(table), 3 * rows)]
    nothing = new[:0]
    found = pa.concat_tables(
        explain_revisions(
            batches,
            BEFORE,
            source(old, rows),
            source(now if asked else nothing, rows),
            source(then if asked and restated else nothing, rows),
        )
    ).to_pandas()
    both = new.merge(old, left_index=True, right_index=True, suffixes=("", "_before"))
    base = then[UNITS].reindex(both.index) if restated else both["units_before"]
    expected = pd.DataFrame(
        {
            "units": both[UNITS],
            "units_before": both["units_before"],
            "by_new_data": now[UNITS].reindex(both.index) - base,
            "by_restated_data": base - both["units_before"],
            "by_new_model": both[UNITS] - now[UNITS].reindex(both.index),
        }
    )
    if not asked:
        expected.loc[:, expected.columns.str.startswith("by_")] = np.nan
    pd.testing.assert_frame_equal(
        found.set_index([PRODUCT_CODE, TARGET_WEEK])[list(expected)], expected, check_index_type=False
    )
    assert (found[AS_OF_WEEK] == NOW).all() and (found["as_of_week_before"] == BEFORE).all()
