"""A small page with known numbers, any part of which a test may replace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from schemas.records import Account
from schemas.sales import QUARANTINE, SET_ASIDE
from schemas.scores import SCORES
from tasks.page.contents import Listing, Page
from tasks.page.judged import LastWeek, Level, Miss, Total

SOLD = [3.0, 5, 4, 0, 6, 2, 3, 7, 5, 4, 3, 6]


def build_table(schema: pa.Schema, *rows: Sequence[object]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def build_scores(**mae: Sequence[float]) -> pa.Table:
    rows = [
        (method, horizon, error, error + 1, -0.25, 0.875, 0.05, 0.075, 0.6, None, 100, 0.0)
        for method, errors in mae.items()
        for horizon, error in enumerate(errors, start=1)
    ]
    return SCORES.enforce(build_table(SCORES.columns, *rows))


def build_account(**changes: Any) -> Account:
    parts: dict[str, Any] = {
        "run_id": "run-0123",
        "as_of_week": 11,
        "first_date": date(2024, 1, 1),
        "horizon": 3,
        "products": 1234,
        "file_name": "sales.csv",
        "rows": 1236,
        "warnings": ("column Remarks was ignored",),
        "losses": (20.5, 16.25, 15.0),
        "decisions": (("lstm", "lstm"), ("lstm", "blended_levels"), ("lstm", "lstm")),
        "origins": (6, 7, 8),
        "scored": 811,
        "method": "lstm",
        "promoted": True,
        "model_version": "model-4567",
        "code_version": "0.1.0",
    }
    return Account(**{**parts, **changes})


def build_listing(**changes: Any) -> Listing:
    """Two products, of which the second was launched two weeks ago; both were forecast for the last two weeks."""
    parts: dict[str, Any] = {
        "codes": ["P1", "P2"],
        "first_week": 0,
        "sold": np.array([SOLD, [np.nan] * 10 + [40.0, 90.0]]),
        "past_weeks": [10, 11],
        "past": np.array([[[1, 4, 8], [2, 5, 9]], [[np.nan] * 3, [30, 40, 50]]], float),
        "coming": np.array(
            [
                [[1, 4.5, 8, 4.25], [1, 4, 8, 4.5], [1, 4, 9, 4.75]],
                [[20, 45, 70, 44], [20, 45, 70, 44], [20, 45, 75, 44]],
            ]
        ),
        "answers": np.array([0, 1]),
        "methods": [("lstm", ""), ("short_history", "too few weeks since launch")],
        "new": np.array([False, True]),
        "returned": np.array([False, False]),
        "set_aside": [("P7", "negative", "-4", 9)],
    }
    return Listing(**{**parts, **changes})


def build_last(**changes: Any) -> LastWeek:
    parts: dict[str, Any] = {
        "made": 10,
        "published_at": None,
        "products": 1230,
        "total": Total(11, 1200.0, 1100.0, 1290.0),
        "sold": 1110.0,
        "level": Level(2.0, 0.3, 0.79),
        "usual": Level(2.5, 0.36, 0.81),
        "weeks": 5,
        "outside": 258,
        "misses": [Miss("P2", 90.0, 40.0, 30.0, 50.0)],
    }
    return LastWeek(**{**parts, **changes})


def build_page(**changes: Any) -> Page:
    account = {name: changes.pop(name) for name in list(changes) if name in Account.model_fields and name != "coming"}
    parts: dict[str, Any] = {
        "account": build_account(**account),
        "observed": [(week, 1000.0 + 10 * week) for week in range(12)],
        "past": [Total(10, 1080.0, 1000.0, 1190.0), Total(11, 1200.0, 1100.0, 1290.0)],
        "coming": [Total(12, 1200.4, 1100, 1300), Total(13, 1146.25, 1050, 1250), Total(14, 985.0, 900, 1080)],
        "span": Total(14, 3331.65, 3150, 3520),
        "listing": build_listing(),
        "scores": build_scores(lstm=[1.75, 2.0, 2.25], mean_7=[2.0, 2.5, 3.0], last_value=[3.0, 3.5, 4.0]),
        "methods": [("lstm", "", 1230), ("short_history", "too few weeks since launch", 4)],
        "set_aside": build_table(
            QUARANTINE.columns,
            ("P7", "negative", "-4", 9, "W5", 5, "", SET_ASIDE),
            ("P8", "gap", "W3", 10, "W3", 3, "", SET_ASIDE),
        ),
        "set_aside_counts": [("gap", 1), ("negative", 1)],
    }
    return Page(**{**parts, **changes})


@pytest.fixture
def make_page() -> Callable[..., Page]:
    return build_page


@pytest.fixture
def make_scores() -> Callable[..., pa.Table]:
    return build_scores


@pytest.fixture
def make_set_aside() -> Callable[..., pa.Table]:
    """Rows of (product code, rule, value, line) as a table."""
    return lambda *rows: build_table(QUARANTINE.columns, *((*row, "W5", 5, "", SET_ASIDE) for row in rows))
