"""Numbers and weeks as text for a reader."""

from __future__ import annotations

import pytest

from tasks.page.formatting import choose_decimals, count_noun, write_axis, write_change, write_units, write_weeks


@pytest.mark.parametrize(
    ("units", "text"),
    [
        (0, "0"),
        (4.5, "4.5"),
        (4.04, "4"),
        (99.94, "99.9"),
        (99.96, "100"),
        (1234.5, "1,234"),
        (1e12, "1,000,000,000,000"),
    ],
)
def test_units(units: float, text: str) -> None:
    assert write_units(units) == text


@pytest.mark.parametrize(
    ("value", "largest", "text"),
    [(0, 2e4, "0"), (5000, 1e4, "5k"), (5000, 9000, "5,000"), (2.5e6, 5e6, "2.5M"), (0.1 * 3, 0.5, "0.3")],
)
def test_axis(value: float, largest: float, text: str) -> None:
    assert write_axis(value, largest) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.0123, "+1.2 %"), (-0.5, "-50.0 %"), (-0.0004, "0.0 %"), (20, "+2,000.0 %")]
)
def test_change(share: float, text: str) -> None:
    assert write_change(share) == text


def test_weeks_are_written_as_runs() -> None:
    assert write_weeks([43, 41, 42, 47, 49, 50]) == "W41 to W43, W47, W49 to W50"
    assert write_weeks([]) == ""


@pytest.mark.parametrize(
    ("values", "decimals"), [([], 3), ([0.2], 3), ([2.1, 9.9], 3), ([10], 2), ([999], 1), ([1000], 0), ([1e9], 0)]
)
def test_decimals(values: list[float], decimals: int) -> None:
    assert choose_decimals(values) == decimals


def test_nouns_are_counted() -> None:
    assert [count_noun(count, "row") for count in (0, 1, 2000)] == ["0 rows", "1 row", "2,000 rows"]
