"""Weeks of a long file are Mondays or indices, and a file without either is refused."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tests.sales.tables import ExpectRefusal, Judge, edited, faults_of, healthy, same_sales, to_bytes, to_long

ROWS = healthy()
PLAIN = to_bytes(ROWS)
LONG = to_long(ROWS)
MONDAYS = [str(np.datetime64("2024-01-01") + 7 * week) for week in range(12)]


def test_dates_of_a_long_file_count_from_its_earliest_monday(judge_bytes: Judge) -> None:
    data = to_bytes(to_long(ROWS, MONDAYS))
    verdict = judge_bytes(data)
    assert same_sales(verdict.sales, judge_bytes(PLAIN).sales)
    assert (verdict.first_date, verdict.last_week) == (date(2024, 1, 1), 11)
    assert "--set first_week=2024-01-01" in verdict.warnings[0]
    settled = judge_bytes(data, first_week="2023-12-18")
    assert (settled.first_week, settled.last_week, settled.first_date) == (2, 13, date(2023, 12, 18))
    assert settled.warnings == []


@pytest.mark.parametrize("week", ["2024-01-02", "2024-1-8", "2024-02-30", "08.01.2024", "2023-12-25"])
def test_a_week_of_a_dated_file_is_a_monday_since_week_0(judge_bytes: Judge, week: str) -> None:
    rows = edited(to_long(ROWS, MONDAYS), (20, 1, week))
    verdict = judge_bytes(to_bytes(rows), first_week="2024-01-01")
    assert faults_of(verdict) == [("P001", "bad_week", week, 20)]


REFUSED: list[tuple[str, bytes, tuple[str, ...]]] = [
    ("long, no week", to_bytes([LONG[0], *([code, "?", units] for code, _, units in LONG[1:])]), ("Mondays",)),
    ("long, all rows ragged", to_bytes([LONG[0], *([code, "1"] for code, _, _ in LONG[1:])]), ("Mondays",)),
]


@pytest.mark.parametrize(("data", "fragments"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_bad_file_is_refused(expect_refusal: ExpectRefusal, data: bytes, fragments: tuple[str, ...]) -> None:
    expect_refusal(data, fragments)
