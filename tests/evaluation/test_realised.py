"""The ledger's scores are those that a table of all forecasts gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from schemas.ledger import LEDGER_SCORES, SCORES_BY_CLASS
from tasks.evaluation.realised import Realised


def draw(rows: int) -> pd.DataFrame:
    random = np.random.default_rng(5)
    mean = random.lognormal(1, 2, rows)
    actual = random.poisson(mean).astype(float)
    actual[random.random(rows) < 0.1] = np.nan
    columns = {"p10": mean * 0.6, "units": np.round(mean), "p90": mean * 1.5 + 1, "mean": mean, "actual": actual}
    return pd.DataFrame(columns | {"horizon": random.integers(1, 4, rows)})


def oracle(rows: pd.DataFrame) -> dict[str, float]:
    error = rows["units"] - rows["actual"]
    inside = rows["actual"].between(rows["p10"], rows["p90"])
    return {
        "products": len(rows),
        "mae": error.abs().mean(),
        "wape": error.abs().sum() / rows["actual"].sum() if rows["actual"].sum() else np.nan,
        "bias": (rows["mean"] - rows["actual"]).mean(),
        "coverage_80": inside.mean(),
        "below_p10": (rows["actual"] < rows["p10"]).mean(),
        "above_p90": (rows["actual"] > rows["p90"]).mean(),
    }


@pytest.mark.parametrize("parts", [1, 17])
def test_sums_over_parts_are_the_means_of_all(parts: int) -> None:
    frame = draw(3_000)
    realised = Realised()
    for part in np.array_split(np.arange(len(frame)), parts):
        rows = frame.iloc[part]
        values = [rows[name].to_numpy() for name in ("horizon", "actual", "units", "mean", "p10", "p90")]
        realised.add(*values)
    known = frame.dropna(subset="actual")
    classes = pd.cut(
        known["mean"], [-1, 1, 10, 100, np.inf], right=False, labels=["below 1", "1 to 10", "10 to 100", "100 and more"]
    )
    for found, keys, contract in (
        (realised.rows(), ["horizon"], LEDGER_SCORES),
        (realised.rows_by_class(), ["horizon", "volume"], SCORES_BY_CLASS),
    ):
        groups = known.assign(volume=classes.astype(str)).groupby(keys)
        expected = pd.DataFrame({key: oracle(rows) for key, rows in groups}).T
        told = pd.DataFrame(found).set_index(keys)
        assert set(told.columns) <= set(contract.columns.names)
        assert len(told) == len(expected)
        for key, row in told.iterrows():
            key = key if isinstance(key, tuple) else (key,)
            pd.testing.assert_series_equal(
                row.astype(float), expected.loc[key][row.index].astype(float), check_names=False, rtol=1e-12
            )


def test_nothing_known_is_nothing_scored() -> None:
    realised = Realised()
    one = np.ones(3)
    realised.add(np.array([1, 2, 3]), np.full(3, np.nan), one, one, one, one)
    assert realised.rows() == realised.rows_by_class() == []


def test_there_is_no_relative_error_where_nothing_was_sold() -> None:
    realised = Realised()
    one = np.ones(3)
    realised.add(np.ones(3, int), np.zeros(3), one, one, one, one)
    assert [row["wape"] for row in realised.rows()] == [None]
