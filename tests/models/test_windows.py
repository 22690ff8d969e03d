"""Windows, compared with a slow and simple loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from schemas.config import Config
from schemas.windows import WINDOWS
from tasks.models.panel import Panel
from tasks.models.recipes.recipe import Prepared
from tasks.models.recipes.registry import inputs_at, prepare
from tasks.models.windows import Windows, draw_products
from tests.models.conftest import draw_history

LAUNCHES = draw_history(launches=True)


def slow_reference_windows(history: Panel, lookback: int, horizon: int) -> dict[tuple[str, int], tuple[Any, Any]]:
    """Inputs and targets by product and origin, without scaling."""
    windows = {}
    for code, units in zip(history.codes, history.units.tolist(), strict=True):
        for origin in range(len(units)):
            inputs = units[origin - lookback + 1 : origin + 1]
            targets = units[origin + 1 : origin + 1 + horizon]
            if origin >= lookback - 1 and len(targets) == horizon and not np.isnan(inputs).any():
                windows[code, origin] = inputs, targets
    return windows


def test_reference_windows_equal_a_slow_loop() -> None:
    prepared = prepare(LAUNCHES, Config(recipe="reference"))
    expected = slow_reference_windows(LAUNCHES, lookback=7, horizon=3)
    training = prepared.training
    assert training.targets is not None
    assert sorted(zip(training.codes, training.origin.tolist(), strict=True)) == sorted(expected)
    lags = np.array([inputs for inputs, _ in expected.values()])
    median, (low, high) = np.median(lags, axis=0), np.percentile(lags, [25, 75], axis=0)
    for row in range(len(training)):
        inputs, targets = expected[training.codes[row], int(training.origin[row])]
        assert_allclose(training.inputs[row, :, 0], (np.array(inputs) - median) / (high - low), rtol=1e-6, atol=1e-7)
        assert_array_equal(training.targets[row], targets)


def test_training_windows_of_levels_equal_the_inputs_of_their_origin() -> None:
    prepared = prepare(LAUNCHES, Config())
    training = prepared.training
    assert training.targets is not None
    assert len(training)
    for origin in set(training.origin.tolist()):
        past, rows = LAUNCHES.until(origin), training.origin == origin
        inputs = next(iter(inputs_at(past, [origin], prepared.scaler)))
        assert training.codes[rows].tolist() == inputs.codes.tolist()
        for name in ("inputs", "facts", "anchor"):
            assert_array_equal(getattr(training, name)[rows], getattr(inputs, name))
        assert_array_equal(training.targets[rows], LAUNCHES.after(origin, 3))


def test_inputs_of_several_origins_are_those_of_each() -> None:
    scaler = prepare(LAUNCHES.until(18), Config()).scaler
    for origin, windows in zip((18, 20, 23), inputs_at(LAUNCHES, [18, 20, 23], scaler), strict=True):
        single = next(iter(inputs_at(LAUNCHES.until(origin), [origin], scaler)))
        assert windows.codes.tolist() == single.codes.tolist()
        assert_array_equal(windows.facts, single.facts)
        assert_array_equal(windows.anchor, single.anchor)


@pytest.mark.parametrize("recipe", ["auto", "reference"])
def test_no_target_lies_after_the_origin(recipe: Any) -> None:
    training = prepare(LAUNCHES, Config(recipe=recipe, horizon=5)).training
    assert training.origin.max() == LAUNCHES.last_week - 5


def test_the_reference_does_not_forecast_from_young_products() -> None:
    prepared = prepare(LAUNCHES, Config(recipe="reference", lookback=9))
    assert prepared.inputs.codes.tolist() == LAUNCHES.codes[LAUNCHES.observed >= 9].tolist()
    assert set(prepared.inputs.origin) == {LAUNCHES.last_week}


@pytest.mark.parametrize("recipe", ["auto", "counts", "values"])
def test_one_recipe_serves_every_launched_product(recipe: Any) -> None:
    prepared = prepare(LAUNCHES, Config(recipe=recipe))
    assert prepared.scaler.recipe == "levels"
    assert prepared.inputs.codes.tolist() == LAUNCHES.codes[LAUNCHES.observed > 0].tolist()
    assert set(prepared.inputs.origin) == {LAUNCHES.last_week}


@pytest.mark.parametrize("recipe", ["auto", "reference"])
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


@pytest.mark.parametrize("recipe", ["auto", "reference"])
def test_windows_come_back_from_their_table(recipe: Any) -> None:
    prepared: Prepared = prepare(LAUNCHES, Config(recipe=recipe))
    for windows in (prepared.training, prepared.inputs):
        again = Windows.from_table(WINDOWS.enforce(windows.to_table()))
        assert again.codes.tolist() == windows.codes.tolist()
        for name in ("origin", "inputs", "facts", "anchor", "targets"):
            before, after = getattr(windows, name), getattr(again, name)
            assert (before is after is None) or (before.dtype == after.dtype and np.array_equal(before, after))


def test_the_reference_has_as_many_windows_as_the_notebook(real_history: Panel) -> None:
    config = Config(recipe="reference")
    learned = prepare(real_history.until(30), config)
    assert len(learned.training) == 17_842
    assert sum(map(len, inputs_at(real_history, range(28, 48), learned.scaler))) == 16_220
    assert len(prepare(real_history.until(28), config).training) == 16_220
