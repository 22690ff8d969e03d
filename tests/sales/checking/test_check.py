"""The verdict tells the weeks and products of a file, and a file that is not there is an error."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from schemas.config import Config
from schemas.errors import SourceMissing
from tasks.sales.checking.check import check_file
from tests.sales.tables import Judge, healthy, same_sales, to_bytes, to_long

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
