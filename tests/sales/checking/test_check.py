"""The verdict tells the weeks and products of a file, and a file that is not there is an error."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from schemas.config import Config
from schemas.errors import SourceMissing
from tests.sales.tables import Judge, check_file, healthy, same_sales, to_bytes, to_long

ROWS = healthy()


def test_the_real_file_is_healthy(real_sales: Path) -> None:
    verdict = check_file(real_sales, Config())
    assert (verdict.refused, verdict.quarantine.num_rows, verdict.warnings) == (None, 0, [])
    assert (verdict.sales.num_rows, verdict.products, verdict.first_week, verdict.last_week) == (811, 811, 0, 51)
    assert verdict.sales.codes[0].as_py() == "P1" and verdict.sales.column(0).mean() == pytest.approx(8.9, abs=0.01)


def test_the_first_week_may_be_any(judge_bytes: Judge) -> None:
    header = ["Product_Code", *(f"W{week}" for week in range(41, 53))]
    verdict = judge_bytes(to_bytes([header, *ROWS[1:]]), first_week="2024-01-01")
    assert (verdict.first_week, verdict.last_week, verdict.first_date) == (41, 52, date(2024, 1, 1))
    assert verdict.sales.weeks[0] == 41
    long = judge_bytes(to_bytes(to_long(ROWS, header[1:])), first_week="2024-01-01")
    assert same_sales(verdict.sales, long.sales) and long.first_date == date(2024, 1, 1)


def test_a_refused_structure_gives_empty_tables(judge_bytes: Judge) -> None:
    verdict = judge_bytes(b"")
    assert (verdict.sales.num_rows, verdict.quarantine.num_rows, verdict.products) == (0, 0, 0)
    assert (verdict.first_week, verdict.last_week, verdict.warnings) == (None, None, [])


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match=r"nowhere\.csv"):
        check_file(tmp_path / "nowhere.csv", Config())
    with pytest.raises(SourceMissing):
        check_file(tmp_path, Config())


def told(judge_bytes: Judge, rows: list[list[str]], **settings: str) -> dict[str, str]:
    """What the check says of each thing that it looked at."""
    return {each.check: each.looked_at for each in judge_bytes(to_bytes(rows), None, **settings).examined}


def long_rows(rate: float, weeks: int = 40, products: int = 6) -> list[list[str]]:
    units = np.random.default_rng(6).poisson(rate, (products, weeks)).tolist()
    body = [[f"P{place}", f"W{week}", str(row[week])] for place, row in enumerate(units) for week in range(weeks)]
    return [["Product_Code", "Week", "Units"], *body]


def test_the_check_says_of_the_last_week_only_what_it_looked_at(judge_bytes: Judge) -> None:
    rows = long_rows(30)
    assert told(judge_bytes, rows)["last week"] == "W39 is as full as the others"
    kept = told(judge_bytes, rows, last_week="keep")["last week"]
    assert kept == "W39 is kept, as last_week=keep says; it is not judged"
    dropped = told(judge_bytes, rows, last_week="drop")["last week"]
    assert dropped == "the week after W38 is dropped, as last_week=drop says; W38 is not judged"
    assert "too little is sold to judge" in told(judge_bytes, long_rows(0.4))["last week"]
    empty = [[*row[:2], "0"] if row[1] == "W39" else row for row in rows]
    assert "W39 looks unfinished: week W39 holds 0 units" in told(judge_bytes, empty)["last week"]
    chosen = {each.check: each.looked_at for each in judge_bytes(to_bytes(rows), "W30").examined}["last week"]
    assert "not judged" in chosen and "as-of week" in chosen


def test_days_after_the_last_whole_week_are_said_to_be_left_out(judge_bytes: Judge) -> None:
    days = [f"{day}" for day in np.arange(np.datetime64("2024-01-01"), np.datetime64("2024-04-11"))]
    rows = [["Product_Code", "Date", "Units"], *([f"P{place}", day, "7"] for place in range(5) for day in days)]
    line = told(judge_bytes, rows)["last week"]
    assert "is left out as its days end on Wednesday, 2024-04-10" in line and "as full as the others" in line


def test_the_check_says_which_rows_sum_the_others(judge_bytes: Judge) -> None:
    rows = long_rows(30)
    rows.append(["Grand Total", "W39", str(sum(int(row[2]) for row in rows[1:]))])
    assert told(judge_bytes, rows)["totals"] == "rows that are computed from the others: 'Grand Total'"
    for choice, done in ("keep", "kept"), ("drop", "dropped"):
        line = told(judge_bytes, rows, total_rows=choice)["totals"]
        assert line == f"rows that are computed from the others are {done}, as total_rows={choice} says: 'Grand Total'"


def test_a_check_that_failed_says_what_is_wrong(judge_bytes: Judge) -> None:
    bad = [[*row[:2], "many"] if row[:2] == ["P0", "W3"] else row for row in long_rows(30)]
    lines = told(judge_bytes, bad)
    assert lines["numbers"] == "240 rows: some cells are no numbers"
    assert "description" not in lines
    assert told(judge_bytes, [row for row in bad if row[2] != "many"], gaps="zero")["gaps"].endswith("gaps=zero says")


def test_sales_that_all_carry_a_minus_are_not_proposed_as_returns(judge_bytes: Judge) -> None:
    rows = long_rows(30)
    refused = judge_bytes(to_bytes([rows[0], *([*row[:2], f"-{row[2]}"] for row in rows[1:])])).refused
    assert refused is not None and "negative" in refused.message and refused.remedies == ()
    assert refused.message.endswith("correct the file: no setting that was tried admits it")
