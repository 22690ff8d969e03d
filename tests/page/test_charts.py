"""Figures show the numbers they were given, and stay inside their frame for any numbers."""

from __future__ import annotations

import math
import re

from hypothesis import given
from hypothesis import strategies as st

from tasks.page.charts import Figure, draw_losses, draw_totals
from tasks.page.judged import Total

UNITS = st.floats(0, 1e15)


def read_points(figure: Figure) -> list[tuple[float, float]]:
    """Every point of every path, following the commands M, L, H and V."""
    points, x, y = [], 0.0, 0.0
    for command, first, second in re.findall(
        r"([MLHV])(-?[\d.]+)(?: (-?[\d.]+))?", " ".join(path for _, path in figure.paths)
    ):
        x, y = {"H": (float(first), y), "V": (x, float(first))}.get(command, (float(first), float(second or 0)))
        points.append((x, y))
    return points


def is_within(figure: Figure) -> bool:
    return all(figure.left <= x <= figure.right and 0 <= y <= figure.height for x, y in read_points(figure))


def give_totals(first: int, units: list[float]) -> list[Total]:
    """Totals of weeks that follow one another, with intervals around them."""
    return [Total(week, value, 0.9 * value, 1.1 * value) for week, value in enumerate(units, first)]


@given(st.lists(UNITS, min_size=1, max_size=30), st.lists(UNITS, max_size=13), st.lists(UNITS, min_size=1, max_size=26))
def test_totals_stay_inside(units: list[float], past: list[float], coming: list[float]) -> None:
    after = 5 + len(units)
    figure = draw_totals(list(enumerate(units, 5)), give_totals(after - len(past), past), give_totals(after, coming))
    assert is_within(figure)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30))
def test_losses_stay_inside(losses: list[float]) -> None:
    assert is_within(draw_losses(losses))


def test_bars_and_intervals_are_as_high_as_their_units() -> None:
    figure = draw_totals([(3, 10), (4, 20), (5, 40)], [], [Total(6, 30.0, 20.0, 36.0)])
    ticks = {float(text): float(y) for y, text in figure.rows}
    per_unit = (ticks[0] - ticks[40]) / 40
    paths = dict(figure.paths)
    tops = re.findall(r"V([\d.]+)H", paths["bar observed"] + paths["bar coming"])
    ends = re.findall(r"([\d.]+)V([\d.]+)$", paths["coming whisker"])[0]
    assert [round((ticks[0] - float(top)) / per_unit) for top in (*tops, *ends)] == [10, 20, 40, 30, 20, 36]


def test_a_total_without_an_interval_has_no_whisker() -> None:
    assert dict(draw_totals([(3, 10)], [], [Total(4, 30.0, None, None)]).paths)["coming whisker"] == ""


def test_ticks_are_round_and_hold_the_data() -> None:
    assert [text for _, text in draw_totals([(1, 7300)], [], [Total(2, 7000, None, None)]).rows] == ["0", "5k", "10k"]
    assert [text for _, text in draw_losses([1.75, 1.73]).rows] == ["1.73", "1.74", "1.75"]


def test_weeks_are_marked_back_from_the_last_observed_one() -> None:
    figure = draw_totals([(week, 1.0) for week in range(52)], [], give_totals(52, [1.0]))
    assert [text for _, text in figure.columns] == ["W51", "W38", "W25", "W12"]


def test_published_totals_before_the_weeks_shown_are_left_out() -> None:
    figure = draw_totals([(week, 3.0) for week in range(10, 20)], give_totals(9, [3.0, 3.0]), give_totals(20, [3.0]))
    assert dict(figure.paths)["past step"].count("M") == 1
    assert is_within(figure)


def test_the_label_names_the_weeks() -> None:
    figure = draw_totals([(week, 3.0) for week in range(12)], give_totals(10, [3.0, 3.0]), give_totals(12, [3.0, 3.0]))
    told = "Units of all products in each week: sold W0 to W11, expected W12 to W13, published before for W10 to W11"
    assert figure.label == told


def test_a_loss_that_is_no_number_breaks_the_line() -> None:
    assert dict(draw_losses([3.0, math.nan, 2.0, 1.0]).paths)["loss"].count("M") == 2
