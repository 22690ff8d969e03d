"""Windows against a slow and obvious loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from schemas.config import Config
from schemas.windows import WINDOWS
from tasks.models.history import History
from tasks.models.levels.pooling import _KERNEL, _NODES
from tasks.models.recipes import counts
from tasks.models.recipes.recipe import Prepared
from tasks.models.recipes.registry import inputs_at, prepare
from tasks.models.windows import Windows, draw_products
from tests.models.conftest import draw_history

LAUNCHES = draw_history(launches=True)


def slow_reference_windows(history: History, lookback: int, horizon: int) -> dict[tuple[str, int], tuple[Any, Any]]:
    """Inputs and targets by product and origin, without scaling."""
    windows = {}
    for code, units in zip(history.codes, history.units.tolist(), strict=True):
        for origin in range(len(units)):
            inputs = units[origin - lookback + 1 : origin + 1]
            targets = units[origin + 1 : origin + 1 + horizon]
            if origin >= lookback - 1 and len(targets) == horizon and not np.isnan(inputs).any():
                windows[code, origin] = inputs, targets
    return windows


def slow_channels(history: History, code: str, lookback: int) -> tuple[float, list[list[float]]]:
    """Level and inputs of one product at the history's last week, its peers found one by one on the same grid."""
    weeks = history.units.shape[1]
    locations = []
    for units in history.units:
        position = (np.log(np.nanmean(units) + 0.15) - _NODES[0]) / 0.1
        locations.append({int(position): 1 - position % 1, int(position) + 1: position % 1})
    own = list(history.codes).index(code)
    peers = []
    for week in range(weeks):
        value = 0.0
        for node, weight in locations[own].items():
            sold = launched = 0.0
            for units, location in zip(history.units, locations, strict=True):
                if not np.isnan(units[week]):
                    near = sum(_KERNEL[node, other] * share for other, share in location.items())
                    sold, launched = sold + near * units[week], launched + near
            value += weight * sold / launched
        peers.append(value)
    units = history.units[own]
    observed = [week for week in range(weeks) if not np.isnan(units[week])]
    share = (sum(0.98 ** (weeks - 1 - week) * units[week] for week in observed) + 0.5) / (
        sum(0.98 ** (weeks - 1 - week) * peers[week] for week in observed) + 0.5
    )
    ages = [0.4 ** (weeks - 1 - week) for week in range(weeks)]
    now = sum(age * value for age, value in zip(ages, peers, strict=True)) / sum(ages)
    level = share * now + 0.02
    inputs = [
        [
            (units[week] - share * peers[week]) / np.sqrt(share * peers[week] + 0.5) / 2,
            4 * min(max(np.log((peers[week] + 0.1) / (now + 0.1)), -0.35), 0.35),
            np.log(level + 0.1) / 2 - 0.6,
        ]
        for week in range(weeks - lookback, weeks)
    ]
    return level, inputs


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
    assert set(training.level) == {1.0}


def test_counts_inputs_equal_a_slow_loop() -> None:
    inputs = prepare(LAUNCHES, Config(recipe="counts")).inputs
    for row in range(0, len(inputs), 7):
        level, expected = slow_channels(LAUNCHES, inputs.codes[row], lookback=8)
        assert_allclose(inputs.level[row], level, rtol=1e-6)
        assert_allclose(inputs.inputs[row], expected, rtol=1e-4, atol=1e-6)


def test_counts_learn_from_what_they_would_have_forecast_from() -> None:
    config = Config(recipe="counts")
    training = prepare(LAUNCHES, config).training
    scaler = prepare(LAUNCHES, config).scaler
    assert training.targets is not None
    assert len(training)
    for origin in set(training.origin.tolist()):
        past = LAUNCHES.until(origin)
        then, rows = inputs_at(past, scaler), training.origin == origin
        assert training.codes[rows].tolist() == then.codes.tolist()
        assert_array_equal(training.inputs[rows], then.inputs)
        assert_array_equal(training.level[rows], then.level)
        assert_array_equal(training.targets[rows], LAUNCHES.after(origin, 3)[past.observed >= 8])


@pytest.mark.parametrize("recipe", ["counts", "values", "reference"])
def test_no_target_lies_after_the_origin(recipe: Any) -> None:
    training = prepare(LAUNCHES, Config(recipe=recipe, horizon=5)).training
    assert training.origin.max() == LAUNCHES.last_week - 5


@pytest.mark.parametrize("recipe", ["counts", "values", "reference"])
def test_young_products_are_not_forecast_from(recipe: Any) -> None:
    prepared = prepare(LAUNCHES, Config(recipe=recipe, lookback=9))
    assert prepared.inputs.codes.tolist() == LAUNCHES.codes[LAUNCHES.observed >= 9].tolist()
    assert set(prepared.inputs.origin) == {LAUNCHES.last_week}


def test_jumps_of_the_whole_market_are_not_learned_from() -> None:
    history = draw_history(products=400, weeks=30)
    history.units[:, 20:] *= 2
    origins = set(prepare(history, Config(recipe="counts")).training.origin.tolist())
    assert origins == {*range(9, 17), *range(20, 27)}


@pytest.mark.parametrize("recipe", ["counts", "values", "reference"])
def test_training_windows_are_capped_by_a_draw_of_the_seed_alone(recipe: Any) -> None:
    def drawn(history: History, seed: int) -> dict[int, list[str]]:
        training = prepare(history, Config(recipe=recipe, max_training_windows=100, seed=seed)).training
        assert len(training) <= 100
        return {origin: training.codes[training.origin == origin].tolist() for origin in set(training.origin.tolist())}

    history = draw_history(products=200)
    assert drawn(history, seed=1) == drawn(history, seed=1)
    assert drawn(history, seed=1) != drawn(history, seed=2)


def test_of_very_many_products_some_are_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "_TRAINING_PRODUCTS", 15)
    prepared = prepare(draw_history(), Config(recipe="counts"))
    assert len(set(prepared.training.codes)) == 15
    assert len(prepared.inputs) == 40


def test_a_draw_is_in_order_and_without_repetition() -> None:
    eligible = np.arange(100) % 3 == 0
    positions = draw_products(eligible, 10, seed=1, origin=4)
    assert len(set(positions.tolist())) == 10
    assert eligible[positions].all()
    assert (np.diff(positions) > 0).all()
    assert draw_products(eligible, 34, seed=1, origin=4).tolist() == np.flatnonzero(eligible).tolist()


@pytest.mark.parametrize("recipe", ["counts", "values", "reference"])
def test_windows_come_back_from_their_table(recipe: Any) -> None:
    prepared: Prepared = prepare(LAUNCHES, Config(recipe=recipe))
    for windows in (prepared.training, prepared.inputs):
        again = Windows.from_table(WINDOWS.enforce(windows.to_table()))
        assert again.codes.tolist() == windows.codes.tolist()
        for name in ("origin", "level", "inputs", "targets"):
            before, after = getattr(windows, name), getattr(again, name)
            assert (before is after is None) or (before.dtype == after.dtype and np.array_equal(before, after))


def test_the_notebook_has_so_many_windows(real_history: History) -> None:
    config = Config(recipe="reference")
    learned = prepare(real_history.until(30), config)
    assert len(learned.training) == 17_842
    assert sum(len(inputs_at(real_history.until(origin), learned.scaler)) for origin in range(28, 48)) == 16_220
    assert len(prepare(real_history.until(28), config).training) == 16_220
