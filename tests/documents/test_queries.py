"""The queries of the documents give answers, and those of a table read by hand."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from tests.documents.mondays import NEW, WEEKS

ROOT = Path(__file__).parents[2]
QUERIES = [part for part in (ROOT / "docs" / "queries.sql").read_text().split("\n\n")[1:] if part.strip()]
PAGES = ("README.md", "docs/forecasts.md")


@pytest.fixture(scope="module")
def answers(analysed: Path) -> Iterator[dict[str, pd.DataFrame]]:
    """What each query answers, by its comment."""
    before = Path.cwd()
    os.chdir(analysed)
    try:
        with duckdb.connect() as connection:
            found = {}
            for query in QUERIES:
                told = connection.execute(query).df()
                found[query.splitlines()[0].removeprefix("-- ")] = told
            yield found
    finally:
        os.chdir(before)


def answer(answers: dict[str, pd.DataFrame], words: str) -> pd.DataFrame:
    (found,) = [table for question, table in answers.items() if words in question]
    return found


def test_each_query_has_one_line_that_says_what_it_answers() -> None:
    for query in QUERIES:
        assert [line.startswith("--") for line in query.splitlines()].count(True) == 1
        assert query.startswith("-- ") and query.splitlines()[0].endswith(("?", "...", "."))


def test_every_query_answers(answers: dict[str, pd.DataFrame]) -> None:
    for question, table in answers.items():
        assert len(table) or "star schema" in question or question.startswith("..."), question  # views


def test_totals_have_the_sums_of_the_means(answers: dict[str, pd.DataFrame], analysed: Path) -> None:
    total = answer(answers, "How much do all products together")
    latest = pd.read_parquet(analysed / "forecasts" / "latest.parquet")
    np.testing.assert_allclose(total["expected"], latest.groupby("horizon")["units_mean"].sum())
    assert (total["low"] < total["expected"]).all() and (total["expected"] < total["high"]).all()
    assert total["week"].dt.strftime("%Y-%m-%d").tolist() == ["2024-10-07", "2024-10-14", "2024-10-21"]


def test_the_accuracy_over_time_is_that_of_the_ledger(answers: dict[str, pd.DataFrame], analysed: Path) -> None:
    scores = pd.read_parquet(analysed / "ledger" / "scores.parquet").query("horizon == 1")
    found = answer(answers, "one week ahead").set_index("as_of_week")
    assert found.index.tolist() == [WEEKS - 3, WEEKS - 2]
    simple = scores[scores["method"] != "published"].groupby("as_of_week")["mae"].min()
    np.testing.assert_allclose(found["best_simple"], simple)
    assert (found["which"] != "published").all()


def test_worst_changed_and_new_products_are_named(answers: dict[str, pd.DataFrame]) -> None:
    assert answer(answers, "Which products are new")["product_code"].tolist() == [NEW]
    worst = answer(answers, "forecast worst")
    assert len(worst) == 10 and worst["mae"].is_monotonic_decreasing
    changes = answer(answers, "change most")["change"].abs()
    assert changes.is_monotonic_decreasing and changes.iloc[0] > 0


def test_the_star_schema_has_all_sales_and_forecasts(answers: dict[str, pd.DataFrame], analysed: Path) -> None:
    months = answer(answers, "in each month")
    sales, latest = pd.read_parquet(analysed / "sales"), pd.read_parquet(analysed / "forecasts" / "latest.parquet")
    assert months["sold"].sum() == sales["units"].sum()
    assert months["expected"].sum() == pytest.approx(latest["units_mean"].sum())
    assert len(months) == 10


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_the_queries_of_the_pages_answer(page: str, analysed: Path) -> None:
    text = (ROOT / page).read_text().replace("STORE", str(analysed)).replace('"P1"', '"S1|i00"')
    queries, codes = (re.findall(rf"```{name}\n(.*?)```", text, re.S) for name in ("sql", "python"))
    assert queries and codes
    for query in queries:
        assert len(duckdb.execute(query).df()) >= 3
    for code in codes:
        *before, last = code.partition("  #")[0].strip().splitlines()
        names: dict[str, Any] = {}
        exec("\n".join(before), names)
        found = eval(last, names)
        assert isinstance(found, pd.Series | pd.DataFrame | pl.DataFrame) and len(found) > 0
