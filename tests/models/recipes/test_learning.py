"""What the forecaster learns from: weeks of a product in a row, and none of those that it is judged on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from schemas.config import Config
from tasks.models.arrays import Float32Array, Integers
from tasks.models.fitting import fit
from tasks.models.network.fused import predict_by, read_weights
from tasks.models.network.inputs import WEEKS
from tasks.models.panel import Panel
from tasks.models.recipes.forecaster import Forecaster, ForecasterState
from tasks.models.recipes.past import to_sequences
from tasks.models.recipes.recipe import Prepared
from tasks.models.recipes.registry import prepare
from tasks.models.recipes.trust import choose_weights
from tasks.models.windows import Windows
from tests.histories import draw_history

CONFIG = Config(network="random")


class Fast(Forecaster):
    """The forecaster with many and large steps, so that all that it learns from changes it."""

    schedule = replace(Forecaster.schedule, batch_size=16, learning_rate=lambda progress: np.full_like(progress, 0.005))


def state_of(prepared: Prepared) -> ForecasterState:
    return ForecasterState.model_validate(prepared.state.model_dump())


def sequences_of(prepared: Prepared) -> tuple[Float32Array, Integers]:
    """The number of the window in each place of the sequences, NaN where there is none, and its week."""
    windows = prepared.training
    numbers = np.repeat(np.arange(len(windows), dtype=np.float32)[:, np.newaxis], 3, axis=1)
    marked = Windows(windows.codes, windows.origin, windows.arrays | {"truth": numbers})
    past = to_sequences(marked, state_of(prepared).horizons, CONFIG.seed)
    return past.moments.truth[..., 0], past.week


def test_a_sequence_holds_weeks_of_one_product_in_a_row_and_the_latest_ends_in_the_last_week() -> None:
    made = prepare(draw_history(weeks=76, launches=True), CONFIG)
    windows = made.training
    numbers, weeks = sequences_of(made)
    assert weeks.shape[1] == WEEKS
    assert_array_equal(np.sort(numbers[~np.isnan(numbers)]), np.arange(len(windows)))
    for row, places in zip(weeks, numbers, strict=True):
        known = np.flatnonzero(~np.isnan(places))
        own = places[known].astype(int)
        assert len(set(windows.codes[own])) == 1
        assert known.tolist() == list(range(known[0], WEEKS))
        assert_array_equal(windows.origin[own], row[known])
        assert (np.diff(row[known]) == 1).all() and (row[: known[0]] == -1).all()
    assert {*weeks[:, -1].tolist()} == {*range(74, -1, -WEEKS)}


def test_of_a_long_history_the_latest_weeks_are_learned_from() -> None:
    windows = prepare(draw_history(3, 330), CONFIG).training
    assert len(windows) == 3 * 12 * WEEKS
    assert windows.origin.max() == 328 and windows.origin.min() == 329 - 12 * WEEKS


@pytest.mark.parametrize(("weeks", "judged_from"), [(60, 45), (40, 29)])
def test_a_fit_knows_nothing_of_the_weeks_that_it_is_judged_on(weeks: int, judged_from: int) -> None:
    prepared = prepare(draw_history(weeks=weeks), CONFIG)
    windows, recipe, fits = prepared.training, Fast(), []
    target = windows.origin[:, np.newaxis] + np.arange(1, 4)
    for first in (weeks, judged_from + 1, judged_from):
        truth = np.where(target >= first, 10, 1) * windows.arrays["truth"]
        changed = replace(windows, arrays=windows.arrays | {"truth": truth.astype(np.float32)})
        fits.append(recipe.fit(changed, state_of(prepared), CONFIG, lambda *_: None))
    usual, judged, learned = fits
    assert usual.losses == judged.losses != learned.losses
    assert_array_equal(read_weights(usual.network), read_weights(judged.network))
    assert usual.state.trust != judged.state.trust


def test_what_was_judged_is_what_forecasts() -> None:
    config = Config()
    prepared = prepare(draw_history(weeks=60), config)
    recipe, fitted = Forecaster(), fit(prepared, config)
    past = to_sequences(prepared.training, state_of(prepared).horizons, config.seed)
    series, origin = past.moments, past.week
    outputs = predict_by(recipe, read_weights(fitted.network), (series.window, series.ahead), 0).astype(np.float64)
    judged = origin >= 45
    trust = choose_weights(series.select(judged), outputs[judged], origin[judged], has_shocks=False)
    assert_allclose(trust.weights, fitted.state.weights, atol=2e-3)


def test_a_sequence_has_a_key_of_its_own_whatever_other_products_there_are() -> None:
    history = draw_history(weeks=40)
    every, fewer = (prepare(panel, CONFIG) for panel in (history, history.select(np.arange(0, 40, 3))))
    keys, some = (to_sequences(made.training, state_of(made).horizons, 1).keys for made in (every, fewer))
    assert len(set(keys.tolist())) == len(keys) == 40 * 3
    assert set(some.tolist()) < set(keys.tolist())


@pytest.mark.parametrize("whole", [True, False])
def test_whole_units_are_learned_with_a_fraction_of_the_seed_and_amounts_as_they_are(whole: bool) -> None:
    history = draw_history(weeks=40)
    made = prepare(Panel(history.codes, history.units * (1 if whole else 0.37)), CONFIG)
    learned, again, other = (to_sequences(made.training, state_of(made).horizons, seed) for seed in (1, 1, 2))
    series = learned.moments
    truth, fraction, expected, error, form = series.targets(series.form, learned.keys)
    known = ~np.isnan(truth)
    assert (truth.shape, expected.shape) == (fraction.shape, error.shape)
    assert form.shape == (*truth.shape, 13)
    assert (0 <= fraction).all() and (fraction < 1).all()
    assert abs(fraction[known].mean() - 0.5) < 0.02 if whole else not fraction.any()
    assert_array_equal(fraction, series.targets(form, again.keys)[1])
    assert (fraction != series.targets(form, other.keys)[1]).any() == whole
