"""A table that breaks its contract raises an error between two steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from schemas.contract import Contract
from schemas.errors import ContractBroken
from schemas.forecasts import FORECASTS
from schemas.sales import SALES
from schemas.windows import WINDOWS

FORECAST = {
    "product_code": "P1",
    "as_of_week": 51,
    "as_of_date": None,
    "horizon": 1,
    "target_week": 52,
    "target_date": None,
    "units": 3.0,
    "units_mean": 3.2,
    "units_p10": 1.0,
    "units_p90": 6.0,
    "method": "lstm",
    "reason": "",
    "model_version": "m",
    "run_id": "r",
}


def forecasts(*changes: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([FORECAST | change for change in changes], FORECASTS.columns)


def with_code(row: dict[str, Any], code: str) -> pa.Table:
    return forecasts(row).append_column("reason_code", [pa.array([code])])


def sales(**columns: list[Any]) -> pa.Table:
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def window(**columns: float) -> pa.Table:
    given = {"product_code": pa.array(["a"]), "origin": pa.array([3], pa.int32())}
    return pa.table(given | {name: pa.array([value], pa.float32()) for name, value in columns.items()})


def test_what_is_not_sold_yet_may_be_unknown_and_any_forecast_may_tell_its_weight() -> None:
    table = window(**{"level": 1.5, "sold +1": 3.0, "sold +2": np.nan})
    assert WINDOWS.enforce(table) is table
    weighed = forecasts({}).append_column("network_weight", [pa.array([0.25])])
    assert FORECASTS.enforce(weighed) is weighed


def test_a_table_that_keeps_its_contract_is_returned_unchanged() -> None:
    table = forecasts({}, {"horizon": 2, "target_week": 53})
    assert FORECASTS.enforce(table) is table
    assert SALES.enforce(sales(product_code=["a", "b"], W0=[None, 0.0], W1=[1.5, 2.0]))


BROKEN: dict[str, tuple[Contract, Callable[[], pa.Table]]] = {
    "p10 above units": (FORECASTS, lambda: forecasts({"units_p10": 4.0})),
    "units above p90": (FORECASTS, lambda: forecasts({"units": 7.0})),
    "negative": (FORECASTS, lambda: forecasts({"units_p10": -1.0})),
    "infinite": (FORECASTS, lambda: forecasts({"units_p90": float("inf")})),
    "not a number": (FORECASTS, lambda: forecasts({"units_mean": float("nan")})),
    "a null": (FORECASTS, lambda: forecasts({"units": None})),
    "twice": (FORECASTS, lambda: forecasts({}, {})),
    "another week": (FORECASTS, lambda: forecasts({"target_week": 53})),
    "no reason": (FORECASTS, lambda: forecasts({"method": "inactive"})),
    "another type": (FORECASTS, lambda: forecasts({}).set_column(3, "horizon", pa.array([1], pa.int32()))),
    "a column short": (FORECASTS, lambda: forecasts({}).drop_columns("run_id")),
    "no code beside a reason": (FORECASTS, lambda: with_code({"method": "inactive", "reason": "no sale"}, "")),
    "an unknown code": (FORECASTS, lambda: with_code({"method": "inactive", "reason": "no sale"}, "gone")),
    "more weight than all": (FORECASTS, lambda: forecasts({}).append_column("network_weight", [pa.array([1.5])])),
    "an infinite input": (WINDOWS, lambda: window(level=np.inf)),
    "an unknown input": (WINDOWS, lambda: window(level=np.nan)),
    "an input of another type": (WINDOWS, lambda: window().append_column("level", [pa.array([1.5], pa.float64())])),
    "a gap": (SALES, lambda: sales(product_code=["a"], W0=[1.0], W1=[None], W2=[2.0])),
    "unobserved at the end": (SALES, lambda: sales(product_code=["a"], W0=[1.0], W1=pa.array([None], pa.float64()))),
    "sales below zero": (SALES, lambda: sales(product_code=["a"], W0=[-1.0])),
    "a product twice": (SALES, lambda: sales(product_code=["a", "a"], W0=[1.0, 1.0])),
    "no code": (SALES, lambda: sales(product_code=[""], W0=[1.0])),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_contract_is_named(case: str) -> None:
    contract, table = BROKEN[case]
    with pytest.raises(ContractBroken, match=contract.name):
        contract.enforce(table())
