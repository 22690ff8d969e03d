"""What the forecaster learns from: weeks of a product in a row, and for the first fit none of those it is judged on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from schemas.config import Config
from tasks.models.arrays import Float32Array, Integers
from tasks.models.network.inputs import WEEKS
from tasks.models.panel import Panel
from tasks.models.recipes.forecaster import Forecaster, ForecasterState, to_sequences
from tasks.models.recipes.recipe import Prepared
from tasks.models.recipes.registry import prepare
from tasks.models.windows import Windows
from tests.histories import draw_history

CONFIG = Config(network="random")
JUDGED_FROM = 45  # of 60 weeks, a fifth is judged on, and there the next three have to be known


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
    series, weeks = to_sequences(marked, state_of(prepared))
    return series.truth[..., 0], weeks


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
    assert {*weeks[:, -1].tolist()} == {74, 74 - WEEKS, 74 - 2 * WEEKS}


def test_of_a_long_history_the_latest_weeks_are_learned_from() -> None:
    windows = prepare(draw_history(3, 330), CONFIG).training
    assert len(windows) == 3 * 6 * WEEKS
    assert windows.origin.max() == 328 and windows.origin.min() == 329 - 6 * WEEKS


def test_the_fit_that_is_judged_knows_no_week_that_it_is_judged_on() -> None:
    prepared = prepare(draw_history(weeks=60), CONFIG)
    windows, recipe, fits = prepared.training, Fast(), []
    origin = windows.origin[:, np.newaxis]
    hidden = (origin < JUDGED_FROM) & (origin + np.arange(1, 4) > JUDGED_FROM)
    for factor in (1, 3, 10):
        truth = np.where(hidden, factor, 1) * windows.arrays["truth"]
        changed = replace(windows, arrays=windows.arrays | {"truth": truth.astype(np.float32)})
        fits.append(recipe.fit(changed, state_of(prepared), CONFIG, lambda *_: None))
    assert fits[0].losses[0] < fits[1].losses[0] < fits[2].losses[0]
    assert fits[0].state == fits[1].state == fits[2].state


@pytest.mark.parametrize("whole", [True, False])
def test_whole_units_are_learned_with_a_fraction_of_the_seed_and_amounts_as_they_are(whole: bool) -> None:
    history = draw_history(weeks=40)
    made = prepare(Panel(history.codes, history.units * (1 if whole else 0.37)), CONFIG)
    series, _ = to_sequences(made.training, state_of(made))
    truth, fraction, expected, error, form = Forecaster().targets(series, series.form, 1)
    known = ~np.isnan(truth)
    assert (truth.shape, expected.shape) == (fraction.shape, error.shape)
    assert form.shape == (*truth.shape, 13)
    assert (0 <= fraction).all() and (fraction < 1).all()
    assert abs(fraction[known].mean() - 0.5) < 0.02 if whole else not fraction.any()
    assert_array_equal(fraction, Forecaster().targets(series, form, 1)[1])
    assert (fraction != Forecaster().targets(series, form, 2)[1]).any() == whole
