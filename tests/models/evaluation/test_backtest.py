"""A backtest forecasts as a run at that week would have, and scores against the actual sales."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from schemas.config import Config
from schemas.errors import UsageError
from schemas.scores import SCORES
from tasks.models.evaluation.backtest import SIMPLE_METHODS, backtest, scorable_origins
from tasks.models.evaluation.scores import to_scores_table
from tasks.models.forecast import forecast_at, to_forecast_table
from tasks.models.history import History
from tasks.models.recipes.registry import prepare
from tests.models.conftest import draw_history, fit_recipe

HISTORY = draw_history(weeks=24, launches=True)


@pytest.mark.parametrize("recipe", ["auto", "reference"])
def test_an_origin_is_forecast_as_a_run_would_have(recipe: Any) -> None:
    config = Config(recipe=recipe)
    tested = backtest(HISTORY, [17, 18], config, "weekly")
    past = HISTORY.until(18)
    run = to_forecast_table(past, forecast_at(past, fit_recipe(past, config)))
    assert tested.forecasts.filter(np.array(tested.forecasts["as_of_week"]) == 18).equals(run)


def test_without_refit_the_first_fit_answers_at_every_origin() -> None:
    config = Config()
    tested = backtest(HISTORY, [17, 20], config, "never")
    fitted, past = fit_recipe(HISTORY.until(17), config), HISTORY.until(20)
    later = tested.forecasts.filter(np.array(tested.forecasts["as_of_week"]) == 20)
    assert later.equals(to_forecast_table(past, forecast_at(past, fitted)))
    assert tested.losses == fitted.losses


def test_scores_are_those_of_the_forecasts() -> None:
    calls: list[tuple[int, int, int]] = []
    tested = backtest(HISTORY, range(18, 21), Config(), "never", lambda *call: calls.append(call))
    truth = np.concatenate([HISTORY.after(origin, 3).ravel() for origin in range(18, 21)])
    assert_allclose(tested.truth, truth)
    error = np.abs(tested.forecasts["units"].to_numpy() - truth).reshape(-1, 3).mean(axis=0)
    assert_allclose(tested.scores["lstm"].mae, error)
    assert list(tested.scores) == ["lstm", *SIMPLE_METHODS]
    assert SCORES.enforce(to_scores_table(tested.scores)).num_rows == 3 * len(tested.scores)
    assert calls == [(18, 1, 3), (19, 2, 3), (20, 3, 3)]
    assert tested.test_windows == len(truth) // 3


def test_alternatives_are_scored_beside_the_published_forecast() -> None:
    history = draw_history(products=60, weeks=40)
    tested = backtest(history, [30, 36], Config(), "weekly", score_candidates=True)
    assert list(tested.candidates) == ["blended_levels", "network_without_shrinkage"]
    answered = {*tested.forecasts["method"].to_pylist()} - {"short_history", "inactive"}
    assert {method for decision in tested.decisions for method in decision} >= answered
    assert [len(decision) for decision in tested.decisions] == [3, 3]
    maes = [scores.mae.mean() for scores in (tested.scores["lstm"], *tested.candidates.values())]
    assert len(set(maes)) == 3  # the network's outputs are used, but not in full
    assert max(maes) < 1.1 * min(maes)


@pytest.mark.parametrize(
    ("origins", "message"),
    [
        (range(20, 24), "origin W21: weeks W22..W24 are not all known yet; origins from W9 to W20 can be scored"),
        ([8], "origin W8: weeks W9..W11 need 10 observed weeks before them; origins from W9 to W20 can be scored"),
    ],
)
def test_an_origin_that_cannot_be_scored_is_refused(origins: Any, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        backtest(HISTORY, origins, Config(), "never")
    assert refused.value.message == message


def test_a_history_too_short_for_any_origin_is_refused() -> None:
    assert not scorable_origins(draw_history(weeks=12), Config())
    with pytest.raises(UsageError, match="12 weeks are too few for a backtest 3 weeks ahead: expected at least 13"):
        backtest(draw_history(weeks=12), [9], Config(), "never")


def test_levels_beat_the_simple_methods_on_real_sales(real_history: History) -> None:
    tested = backtest(real_history, [28, 38, 47], Config(), "weekly")
    error = {name: scores.mae.mean() for name, scores in tested.scores.items()}
    assert error["lstm"] < 0.95 * min(error[name] for name in ("last_value", "mean_7", "ses", "croston_sba", "tsb"))
    assert (tested.scores["lstm"].below_p10 < 0.1).all()
    assert (tested.scores["lstm"].above_p90 < 0.1).all()
    assert tested.test_windows == 3 * 811


@pytest.mark.parametrize(("notebook_cut", "last_target"), [(False, 17), (True, 19)])
def test_only_the_notebooks_cut_learns_from_weeks_after_the_origin(notebook_cut: bool, last_target: int) -> None:
    tested = backtest(HISTORY, [17], Config(recipe="reference"), "never", notebook_cut=notebook_cut)
    assert tested.training_windows == len(prepare(HISTORY.until(last_target), Config(recipe="reference")).training)
