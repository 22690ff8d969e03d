"""The accuracy of each product is what a table of all its scored forecasts gives, however they are read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from schemas.scores import SIMPLE_METHODS
from tasks.baselines.simple import METHODS, POOLED_LEVEL
from tasks.evaluation.by_product import score_products
from tasks.store.ledger.accuracy import merge_products


def draw_vintage(seed: int, products: int) -> pd.DataFrame:
    """A vintage of some of the products, in their order, with three weeks ahead, of which not all are known."""
    random = np.random.default_rng(seed)
    codes = sorted(f"P{number}" for number in random.choice(200, products, replace=False))
    rows = 3 * products
    units = random.poisson(3, rows).astype(float)
    told = {f"units_by_{method}": random.poisson(3, rows).astype(float) for method in SIMPLE_METHODS}
    return pd.DataFrame(
        {
            "product_code": np.repeat(codes, 3),
            "horizon": np.tile(np.arange(1, 4, dtype=np.int8), products),
            "actual": np.where(random.random(rows) < 0.2, np.nan, random.poisson(2, rows)),
            "masked": random.random(rows) < 0.1,
            "units": units,
            "units_mean": units + 0.25,
            "units_p10": np.maximum(units - 1, 0),
            "units_p90": units + 1,
            **told,
        }
    )


def oracle(rows: pd.DataFrame) -> pd.Series:
    error, sold = (rows["units"] - rows["actual"]).abs(), rows["actual"].sum()
    simple = {method: (rows[f"units_by_{method}"] - rows["actual"]).abs().mean() for method in SIMPLE_METHODS}
    best = min(simple, key=lambda method: simple[method])
    told = {
        "vintages": len(rows),
        "mae": error.mean(),
        "wape": error.sum() / sold if sold else np.nan,
        "bias": (rows["units_mean"] - rows["actual"]).mean(),
        "coverage_80": rows["actual"].between(rows["units_p10"], rows["units_p90"]).mean(),
        "best_simple": best,
        "mae_best_simple": simple[best],
    }
    return pd.Series(told)


@pytest.mark.parametrize("rows", [1, 2, 7, 1_000])
def test_products_have_what_all_their_forecasts_give(rows: int) -> None:
    vintages = [draw_vintage(seed, products) for seed, products in enumerate((40, 1, 120, 90))]
    tables = [pa.Table.from_pandas(vintage, preserve_index=False) for vintage in vintages]
    merged = merge_products([table.slice(at, rows) for at in range(0, len(table), rows)] for table in tables)
    found = pa.concat_tables([score_products(part) for part in merged])
    whole = score_products(pa.concat_tables(tables))
    assert found.equals(whole)
    together = pd.concat(vintages)
    known = together[together["actual"].notna() & ~together["masked"]]
    expected = known.groupby(["product_code", "horizon"]).apply(oracle).reset_index()
    pd.testing.assert_frame_equal(found.to_pandas(), expected, check_dtype=False)


def test_nothing_is_merged_to_nothing() -> None:
    assert list(merge_products([])) == list(merge_products([[], []])) == []


def test_each_simple_method_has_a_column() -> None:
    assert (*METHODS, POOLED_LEVEL) == SIMPLE_METHODS
