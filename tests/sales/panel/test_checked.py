"""Weeks, blank cells and copies of rows mean the same in a wide file and in a long one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sales.tables import ExpectRefusal, Judge, edited, faults_of, healthy, sales_of, same_sales, to_bytes, to_long

ROWS = healthy()
PLAIN = to_bytes(ROWS)
LONG = to_long(ROWS)
REFUSED: list[tuple[str, bytes, tuple[str, ...]]] = [
    ("a week missing", to_bytes([row[:5] + row[6:] for row in ROWS]), ("consecutive", "missing W4;")),
    ("weeks missing", to_bytes([[*row[:3], *row[9:]] for row in ROWS]), ("missing W2 to W7",)),
    ("a week far away", to_bytes(edited(ROWS, (1, 12, "W99999"))), ("missing W11 to W99998",)),
    ("too few weeks", to_bytes([row[:10] for row in ROWS]), ("at least 10 weeks", "9 weeks")),
    ("long, a week missing", to_bytes([row for row in LONG if row[1] != "4"]), ("consecutive", "missing W4;")),
    ("long, too few weeks", to_bytes(to_long([row[:9] for row in ROWS])), ("at least 10 weeks", "8 weeks")),
]


@pytest.mark.parametrize(("data", "fragments"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_bad_file_is_refused(expect_refusal: ExpectRefusal, data: bytes, fragments: tuple[str, ...]) -> None:
    expect_refusal(data, fragments)


@pytest.mark.parametrize(
    ("settings", "fewest"), [({}, 10), ({"horizon": 8}, 15), ({"lookback": 12}, 15), ({"lookback": 2}, 10)]
)
def test_the_fewest_weeks_follow_the_settings(judge_bytes: Judge, settings: dict[str, Any], fewest: int) -> None:
    rows = [[row[0], *(row[1:] * 2)[: fewest - 1]] for row in ROWS[1:]]
    header = ["Product_Code", *(f"W{week}" for week in range(fewest))]
    refused = judge_bytes(to_bytes([header[:-1], *rows]), **settings).refused
    assert refused is not None and f"at least {fewest} weeks" in refused.message
    assert judge_bytes(to_bytes([header, *([*row, row[1]] for row in rows)]), **settings).refused is None


def test_blanks_before_the_first_number_are_a_launch(judge_bytes: Judge) -> None:
    verdict = judge_bytes(to_bytes(edited(ROWS, (6, 1, ""), (6, 2, " "), (6, 3, "0"))))
    assert sales_of(verdict)["P004"][:4] == [None, None, 0.0, float(ROWS[5][4])]
    assert verdict.sales.table()["W0"].null_count == 1


def test_a_gap_is_read_as_zero_on_demand(judge_bytes: Judge) -> None:
    rows = edited(ROWS, (6, 1, ""), (6, 5, ""), (6, 12, ""))
    for data in (to_bytes(rows), to_bytes(to_long(rows))):
        units = sales_of(judge_bytes(data, gaps="zero"))["P004"]
        assert [units[0], units[4], units[11]] == [None, 0.0, 0.0]


@pytest.mark.parametrize("long", [False, True])
def test_identical_copies_are_kept_once_with_a_warning(judge_bytes: Judge, long: bool) -> None:
    rows = to_long(ROWS) if long else ROWS
    repeated = (
        [[cell if n == 0 else f"{cell}.0" for n, cell in enumerate(row)] for row in rows[4:5]]
        if not long
        else rows[4:5]
    )
    verdict = judge_bytes(to_bytes([*rows, *repeated]))
    assert faults_of(verdict) == []
    assert same_sales(verdict.sales, judge_bytes(PLAIN).sales)
    assert f"{rows[4][0]!r} on line {len(rows) + 1}" in verdict.warnings[0]
