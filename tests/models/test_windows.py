"""Windows: those of the reference equal a slow loop, and all come back from their table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from schemas.config import Config
from schemas.windows import WINDOWS
from tasks.models.panel import Panel
from tasks.models.recipes.registry import prepare, recipe_for
from tasks.models.windows import Windows, draw_products
from tests.histories import draw_history

LAUNCHES = draw_history(launches=True)
RECIPES = pytest.mark.parametrize("recipe", ["auto", "reference"])


def slow_reference_windows(history: Panel, lookback: int, horizon: int) -> dict[tuple[str, int], tuple[Any, Any]]:
    """What is seen and what is sold afterwards by product and origin, without scaling."""
    windows = {}
    for code, units in zip(history.codes, history.units.tolist(), strict=True):
        for origin in range(len(units)):
            seen = units[origin - lookback + 1 : origin + 1]
            sold = units[origin + 1 : origin + 1 + horizon]
            if origin >= lookback - 1 and len(sold) == horizon and not np.isnan(seen).any():
                windows[code, origin] = seen, sold
    return windows


def test_reference_windows_equal_a_slow_loop() -> None:
    training = prepare(LAUNCHES, Config(recipe="reference")).training
    expected = slow_reference_windows(LAUNCHES, lookback=7, horizon=3)
    assert sorted(zip(training.codes, training.origin.tolist(), strict=True)) == sorted(expected)
    lags = np.array([seen for seen, _ in expected.values()])
    median, (low, high) = np.median(lags, axis=0), np.percentile(lags, [25, 75], axis=0)
    for row in range(len(training)):
        seen, sold = expected[training.codes[row], int(training.origin[row])]
        assert_allclose(training.arrays["window"][row], (np.array(seen) - median) / (high - low), rtol=1e-6, atol=1e-7)
        assert_array_equal(training.arrays["truth"][row], sold)


def test_no_target_of_the_reference_lies_after_the_last_week() -> None:
    training = prepare(LAUNCHES, Config(recipe="reference", horizon=5)).training
    assert training.origin.max() == LAUNCHES.last_week - 5


@RECIPES
def test_targets_are_what_was_sold_after_the_origin_and_unknown_after_the_last_week(recipe: Any) -> None:
    config = Config(recipe=recipe, horizon=5)
    prepared = prepare(LAUNCHES, config)
    training, names = prepared.training, recipe_for(config).columns(prepared.state)["truth"]
    position = {code: row for row, code in enumerate(LAUNCHES.codes.tolist())}
    for row in range(0, len(training), 7):
        own = LAUNCHES.units[position[training.codes[row]]].tolist() + [np.nan] * 5
        origin = int(training.origin[row])
        expected = [own[origin + int(name.removeprefix("sold +"))] for name in names]
        if recipe == "auto" and np.isnan(own[origin - 1]):
            expected = [np.nan] * len(names)  # the launch alone tells nothing
        assert_array_equal(training.arrays["truth"][row], expected)


@RECIPES
def test_the_number_of_training_windows_is_capped_by_a_draw_of_the_seed(recipe: Any) -> None:
    def drawn(history: Panel, seed: int) -> dict[int, list[str]]:
        training = prepare(history, Config(recipe=recipe, max_training_windows=100, seed=seed)).training
        assert len(training) <= 100
        return {origin: training.codes[training.origin == origin].tolist() for origin in set(training.origin.tolist())}

    history = draw_history(products=200)
    assert drawn(history, seed=1) == drawn(history, seed=1)
    assert drawn(history, seed=1) != drawn(history, seed=2)


def test_a_draw_is_in_order_and_without_repetition() -> None:
    eligible = np.arange(100) % 3 == 0
    positions = draw_products(eligible, 10, seed=1, origin=4)
    assert len(set(positions.tolist())) == 10
    assert eligible[positions].all()
    assert (np.diff(positions) > 0).all()
    assert draw_products(eligible, 34, seed=1, origin=4).tolist() == np.flatnonzero(eligible).tolist()
    assert set(draw_products(eligible, 4, seed=1, origin=4)) < set(positions)


def assert_same(one: Windows, other: Windows) -> None:
    assert one.codes.tolist() == other.codes.tolist()
    assert one.origin.dtype == other.origin.dtype and one.origin.tolist() == other.origin.tolist()
    assert list(one.arrays) == list(other.arrays)
    for name, array in one.arrays.items():
        assert array.dtype == other.arrays[name].dtype == np.float32
        assert_array_equal(array, other.arrays[name])


@RECIPES
@pytest.mark.parametrize("weeks", [24, 1])
def test_windows_come_back_from_their_table(recipe: Any, weeks: int) -> None:
    config = Config(recipe=recipe)
    prepared = prepare(draw_history(weeks=weeks, launches=True), config)
    columns = recipe_for(config).columns(prepared.state)
    table = WINDOWS.enforce(prepared.training.to_table(columns))
    assert table.column_names == ["product_code", "origin", *(name for names in columns.values() for name in names)]
    assert_same(Windows.from_table(table, columns), prepared.training)
    assert bool(len(prepared.training)) == (weeks > 1)


def test_windows_are_joined_and_selected_row_by_row() -> None:
    windows = prepare(LAUNCHES, Config()).training
    half = np.arange(len(windows)) < len(windows) // 2
    assert_same(Windows.join([windows.select(half), windows.select(np.flatnonzero(~half))]), windows)


def test_the_reference_has_as_many_windows_as_the_notebook(real_history: Panel) -> None:
    config = Config(recipe="reference")
    assert len(prepare(real_history.until(30), config).training) == 17_842
    assert len(prepare(real_history.until(28), config).training) == 16_220
