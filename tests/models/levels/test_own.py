"""Whether products share a market is judged on past weeks; alone, a product's level is its own."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from schemas.config import Config
from tasks.models.history import History
from tasks.models.levels.own import judge_pooling, own_level
from tasks.models.recipes.registry import inputs_at, prepare
from tests.benchmarks.panels import draw_panel
from tests.models.conftest import draw_history


def test_an_own_level_equals_a_slow_mean() -> None:
    units = np.array([[np.nan, np.nan, 4.0, 0.0, 7.0]])
    level = own_level(units, 2, keeps=0.5)
    assert_allclose(level.level, (7 + 0.5 * 0 + 0.25 * 4) / 1.75 + 0.02)
    assert_allclose(level.expected, [[8 / 1.75] * 2])


def test_products_that_share_a_market_are_pooled_and_others_are_not() -> None:
    for history, shared in ((draw_history(swing=0.5), True), (draw_panel("loners", 60, 40, 60), False)):
        origins = range(20, history.last_week - 3)
        assert (judge_pooling(history, origins, 3) == 0) == shared
    assert judge_pooling(draw_history(), [], 3) == 0


def test_pooling_may_be_switched_off() -> None:
    history = draw_history(swing=0.5)
    assert prepare(history, Config(recipe="counts", pooling="off")).scaler["own_keeps"] > 0
    assert prepare(history, Config(recipe="counts")).scaler["own_keeps"] == 0


def test_windows_know_what_was_judged() -> None:
    history = draw_panel("loners", 60, 40, 60)
    prepared = prepare(history, Config(recipe="counts"))
    assert prepared.scaler["own_keeps"] > 0
    expected = own_level(history.units, 8, prepared.scaler["own_keeps"]).level
    assert_allclose(inputs_at(history, prepared.scaler).level, expected, rtol=1e-6)


def test_later_weeks_have_no_say_in_it() -> None:
    history = draw_panel("loners", 60, 40, 60)
    later = History(history.codes, np.where(np.arange(60) > 45, 9.0, history.units))
    scalers = [prepare(given.until(45), Config(recipe="counts")).scaler for given in (history, later)]
    assert scalers[0] == scalers[1]
