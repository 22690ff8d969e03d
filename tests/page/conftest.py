"""A small page with known numbers, any part of which a test may replace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from schemas.forecasts import TARGET_WEEK, UNITS, UNITS_P10, UNITS_P90
from schemas.sales import QUARANTINE, SET_ASIDE
from schemas.scores import SCORES
from tasks.page.contents import Page, Showcase

FORECAST = pa.schema(
    [(TARGET_WEEK, pa.int32()), (UNITS, pa.float64()), (UNITS_P10, pa.float64()), (UNITS_P90, pa.float64())]
)


def build_table(schema: pa.Schema, *rows: Sequence[object]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def build_scores(**mae: Sequence[float]) -> pa.Table:
    rows = [
        (method, horizon, error, error + 1, -0.25, 0.875, 0.05, 0.075, 0.6, None, 100, 0.0)
        for method, errors in mae.items()
        for horizon, error in enumerate(errors, start=1)
    ]
    return SCORES.enforce(build_table(SCORES.columns, *rows))


def build_showcase(**changes: Any) -> Showcase:
    parts: dict[str, Any] = {
        "product_code": "P1",
        "weeks": range(12),
        "units": [3.0, 5, 4, 0, 6, 2, 3, 7, 5, 4, 3, 6],
        "past": build_table(FORECAST, (9, 4, 1, 7), (10, 4, 1, 8), (11, 5, 2, 9)),
        "coming": build_table(FORECAST, (12, 4.5, 1, 8), (13, 4, 1, 8), (14, 4, 1, 9)),
        "method": "lstm",
        "reason": "",
    }
    return Showcase(**{**parts, **changes})


def build_page(**changes: Any) -> Page:
    parts: dict[str, Any] = {
        "as_of_week": 11,
        "as_of_date": date(2024, 3, 18),
        "products": 1234,
        "file_name": "sales.csv",
        "rows": 1236,
        "first_week": 0,
        "last_week": 11,
        "warnings": ["column Remarks was ignored"],
        "set_aside": build_table(
            QUARANTINE.columns,
            ("P7", "negative", "-4", 9, "W5", 5, "", SET_ASIDE),
            ("P8", "gap", "W3", 10, "W3", 3, "", SET_ASIDE),
        ),
        "set_aside_counts": [("gap", 1), ("negative", 1)],
        "scores": build_scores(lstm=[1.75, 2.0, 2.25], mean_7=[2.0, 2.5, 3.0], last_value=[3.0, 3.5, 4.0]),
        "scored_origins": [6, 7, 8],
        "scored_products": 811,
        "losses": [20.5, 16.25, 15.0],
        "decisions": [("lstm", "lstm"), ("lstm", "blended_levels"), ("lstm", "lstm")],
        "totals_observed": [(week, 1000.0 + 10 * week) for week in range(12)],
        "totals_expected": [1200.4, 1146.25, 985.0],
        "methods": [("lstm", "", 1230), ("short_history", "too few weeks since launch", 4)],
        "showcases": [build_showcase()],
        "run_id": "run-0123",
        "model_version": "model-4567",
        "code_version": "0.1.0",
    }
    return Page(**{**parts, **changes})


@pytest.fixture
def make_page() -> Callable[..., Page]:
    return build_page


@pytest.fixture
def make_showcase() -> Callable[..., Showcase]:
    return build_showcase


@pytest.fixture
def make_scores() -> Callable[..., pa.Table]:
    return build_scores


@pytest.fixture
def make_forecast() -> Callable[..., pa.Table]:
    """Rows of (target week, units, p10, p90) as a table."""
    return lambda *rows: build_table(FORECAST, *rows)


@pytest.fixture
def make_set_aside() -> Callable[..., pa.Table]:
    """Rows of (product code, rule, value, line) as a table."""
    return lambda *rows: build_table(QUARANTINE.columns, *((*row, "W5", 5, "", SET_ASIDE) for row in rows))
