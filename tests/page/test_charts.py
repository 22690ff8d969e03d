"""Figures show the numbers they were given, and stay inside their frame for any numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tasks.page.charts import Figure, draw_losses, draw_product, draw_totals

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


@given(st.lists(UNITS, min_size=1, max_size=30), st.lists(UNITS, min_size=1, max_size=26))
def test_totals_stay_inside(units: list[float], expected: list[float]) -> None:
    assert is_within(draw_totals(range(5, 5 + len(units)), units, expected))


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30))
def test_losses_stay_inside(losses: list[float]) -> None:
    assert is_within(draw_losses(losses))


def test_bars_are_as_high_as_their_units() -> None:
    figure = draw_totals([3, 4, 5], [10, 20, 40], [30.0])
    ticks = {float(text): float(y) for y, text in figure.rows}
    per_unit = (ticks[0] - ticks[40]) / 40
    tops = [float(top) for _, path in figure.paths for top in re.findall(r"V([\d.]+)H", path)]
    assert [round((ticks[0] - top) / per_unit) for top in tops] == [10, 20, 40, 30]


def test_ticks_are_round_and_hold_the_data() -> None:
    assert [text for _, text in draw_totals([1], [7300], [7000]).rows] == ["0", "5k", "10k"]
    assert [text for _, text in draw_losses([1.75, 1.73]).rows] == ["1.73", "1.74", "1.75"]


def test_weeks_are_marked_back_from_the_last_observed_one(make_forecast: Callable[..., pa.Table]) -> None:
    figure = draw_product(range(52), [1.0] * 52, make_forecast(), make_forecast((52, 1, 0, 2)))
    assert [text for _, text in figure.columns] == ["W51", "W38", "W25", "W12"]


def test_a_line_starts_at_launch_and_a_single_week_is_a_dot(make_forecast: Callable[..., pa.Table]) -> None:
    coming = make_forecast((4, 1, 0, 2))
    launched = draw_product(range(4), [math.nan, 2, 3, 4], make_forecast(), coming)
    single = draw_product(range(4), [math.nan, math.nan, math.nan, 4], make_forecast(), coming)
    assert dict(launched.paths)["observed"].count("L") == 2
    assert dict(single.paths)["observed dot"].count("M") == 1


def test_past_forecasts_before_the_weeks_shown_are_left_out(make_forecast: Callable[..., pa.Table]) -> None:
    past = make_forecast((9, 3, 1, 5), (10, 3, 1, 5))
    figure = draw_product(range(10, 20), [3.0] * 10, past, make_forecast((20, 3, 1, 5)))
    assert dict(figure.paths)["past step"].count("M") == 1
    assert is_within(figure)


def test_a_restated_week_is_drawn_as_it_was_first_known(
    make_forecast: Callable[..., pa.Table],
) -> None:
    coming = make_forecast((20, 3, 1, 5))
    figure = draw_product(range(10, 20), [3.0] * 10, make_forecast(), coming, [(9, 2.0), (15, 90.0)])
    assert dict(figure.paths)["first step"].count("M") == 1
    assert is_within(figure)


def test_the_label_names_the_weeks(make_forecast: Callable[..., pa.Table]) -> None:
    coming = make_forecast((12, 3, 1, 5), (13, 3, 1, 5))
    label = draw_product(range(12), [3.0] * 12, make_forecast(), coming).label
    assert label == "Units in each week: observed W0 to W11, forecast W12 to W13 with interval"


def test_a_loss_that_is_no_number_breaks_the_line() -> None:
    assert dict(draw_losses([3.0, math.nan, 2.0, 1.0]).paths)["loss"].count("M") == 2
