"""A backtest forecasts as a run at that week would have, and scores against the actual sales."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose

from schemas.config import Config
from schemas.errors import UsageError
from schemas.scores import SCORES, SIMPLE_METHODS
from tasks.evaluation.backtest import Backtest, backtest
from tasks.evaluation.fits import Answered
from tasks.evaluation.origins import scorable_origins
from tasks.evaluation.scores import to_scores_table
from tasks.models import assortment
from tasks.models.arrays import Floats
from tasks.models.panel import Panel
from tasks.models.paths.grouping import tabulate_sums
from tasks.models.paths.table import Ahead
from tasks.models.recipes.registry import prepare
from tasks.models.sample import SAMPLE, draw_sample
from tasks.models.table import to_forecast_table
from tasks.runners.threads import Threads
from tests.histories import answer, draw_history, fit_recipe, read_in_batches

HISTORY = draw_history(weeks=24, launches=True)
THREADS = Threads()


def keep_forecasts(
    history: Panel, origins: Sequence[int], config: Config, refit: Any, **options: Any
) -> tuple[Backtest, pa.Table, Floats]:
    """A backtest of a history, its forecasts, and the truth of each."""
    tables, truths = list[pa.Table](), list[Floats]()

    def keep(answered: Answered) -> None:
        tables.append(to_forecast_table(answered.panel, answered.answer))
        truths.append(answered.truth)

    tested = backtest(read_in_batches(history), origins, config, refit, THREADS, on_answer=keep, **options)
    return tested, pa.concat_tables(tables), np.concatenate(truths)


@pytest.mark.parametrize("recipe", ["auto", "reference"])
def test_an_origin_is_forecast_as_a_run_would_have(recipe: Any) -> None:
    config = Config(recipe=recipe)
    _, forecasts, _ = keep_forecasts(HISTORY, [17, 18], config, "weekly")
    past = HISTORY.until(18)
    run = to_forecast_table(past, answer(past, fit_recipe(past, config)))
    assert forecasts.filter(np.array(forecasts["as_of_week"]) == 18).equals(run)


def test_without_refit_the_first_fit_answers_at_every_origin() -> None:
    config = Config()
    tested, forecasts, _ = keep_forecasts(HISTORY, [17, 20], config, "never")
    fitted, past = fit_recipe(HISTORY.until(17), config), HISTORY.until(20)
    later = forecasts.filter(np.array(forecasts["as_of_week"]) == 20)
    assert later.equals(to_forecast_table(past, answer(past, fitted)))
    assert tested.losses == fitted.losses


def test_scores_are_those_of_the_forecasts() -> None:
    done = list[float]()
    tested, forecasts, actual = keep_forecasts(HISTORY, range(18, 21), Config(), "never", on_progress=done.append)
    truth = np.concatenate([HISTORY.after(origin, 3).ravel() for origin in range(18, 21)])
    assert_allclose(actual.ravel(), truth)
    error = np.abs(forecasts["units"].to_numpy() - truth).reshape(-1, 3).mean(axis=0)
    assert_allclose(tested.scores["published"].mae, error)
    assert list(tested.scores) == ["lstm", "levels", "published", *SIMPLE_METHODS]
    assert SCORES.enforce(to_scores_table(tested.scores)).num_rows == 3 * len(tested.scores)
    assert_allclose(done, [1 / 3, 2 / 3, 1])
    assert tested.test_windows == len(truth) // 3


def test_the_network_and_the_levels_are_scored_beside_what_is_published() -> None:
    history = draw_history(products=150, weeks=60, swing=0.5)
    tested, forecasts, _ = keep_forecasts(history, [50, 56], Config(), "weekly")
    answered = {*forecasts["method"].to_pylist()} - {"short_history", "inactive"}
    assert {method for decision in tested.decisions for method in decision} >= answered
    assert [len(decision) for decision in tested.decisions] == [3, 3]
    network, levels, published = (tested.scores[name].mae.mean() for name in ("lstm", "levels", "published"))
    assert network <= published < levels  # the market moves, and the network has nearly all of the weight
    past = [history.until(origin) for origin in (50, 56)]
    forecasts_then = [fit_recipe(panel, Config()).predict(panel) for panel in past]
    truth = np.concatenate([history.after(origin, 3) for origin in (50, 56)])
    for name, forecaster in (("lstm", "network"), ("levels", "levels"), ("published", "published")):
        units = np.concatenate([getattr(made, forecaster).units for made in forecasts_then])
        assert_allclose(tested.scores[name].mae, np.abs(units - truth).mean(axis=0), err_msg=name)


def test_what_groups_may_sell_at_an_origin_depends_on_no_later_week() -> None:
    noise = np.random.default_rng(9).integers(0, 500, HISTORY.units.shape).astype(float)
    noise[:, :20] = HISTORY.units[:, :20]
    attributes = pa.table({"product_code": list(HISTORY.codes), "brand": [code[-1] for code in HISTORY.codes]})
    found = []
    for history in (HISTORY, Panel(HISTORY.codes, noise)):
        kept = list[Answered]()
        options = {"columns": ("brand",), "attributes": attributes}
        backtest(read_in_batches(history), [17, 19], Config(), "weekly", THREADS, kept.append, **options)
        groups = [tabulate_sums([answered.groups], Ahead.of(answered.panel, 3)) for answered in kept if answered.groups]
        assert len(groups) == 2
        found.append(pa.concat_tables([*groups, *(answered.groups.rows for answered in kept if answered.groups)]))
    assert found[0].equals(found[1])


@pytest.mark.parametrize(
    ("origins", "message"),
    [
        (range(20, 24), "origin W21: weeks W22..W24 are not all known yet; origins from W9 to W20 can be scored"),
        ([8], "origin W8: weeks W9..W11 need 10 observed weeks before them; origins from W9 to W20 can be scored"),
    ],
)
def test_an_origin_that_cannot_be_scored_is_refused(origins: Any, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        backtest(read_in_batches(HISTORY), origins, Config(), "never", THREADS)
    assert refused.value.message == message


def test_a_history_too_short_for_any_origin_is_refused() -> None:
    short = draw_history(weeks=12)
    assert not scorable_origins(short.weeks, Config())
    with pytest.raises(UsageError, match="12 weeks are too few for a backtest 3 weeks ahead: expected at least 13"):
        backtest(read_in_batches(short), [9], Config(), "never", THREADS)


def test_what_is_published_beats_the_simple_methods_on_real_sales(real_history: Panel) -> None:
    tested = backtest(read_in_batches(real_history), [28, 47], Config(), "weekly", THREADS)
    error = {name: scores.mae.mean() for name, scores in tested.scores.items()}
    assert error["published"] < 0.95 * min(
        error[name] for name in ("last_value", "mean_7", "ses", "croston_sba", "tsb")
    )
    assert (tested.scores["published"].below_p10 < 0.1).all()
    assert (tested.scores["published"].above_p90 < 0.115).all()
    assert tested.test_windows == 2 * 811


@pytest.mark.parametrize(("notebook_cut", "last_target"), [(False, 17), (True, 19)])
def test_only_the_notebooks_cut_learns_from_weeks_after_the_origin(notebook_cut: bool, last_target: int) -> None:
    tested = backtest(
        read_in_batches(HISTORY), [17], Config(recipe="reference"), "never", THREADS, notebook_cut=notebook_cut
    )
    assert tested.training_windows == len(prepare(HISTORY.until(last_target), Config(recipe="reference")).training)


@pytest.mark.parametrize("refit", ["weekly", "never"])
def test_products_beyond_the_sample_are_scored_in_batches_of_any_size(
    refit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = draw_history(products=90, weeks=30, launches=True)
    all_scores = {}
    for most in (SAMPLE, 60):
        monkeypatch.setattr(assortment, "SAMPLE", most)
        monkeypatch.setattr(assortment, "draw_sample", partial(draw_sample, most=most))
        for products in (90, 7):
            tested = backtest(read_in_batches(history, products), [20, 22], Config(), refit, THREADS)
            all_scores[most, products] = tested
            assert tested.test_windows == sum(len(history.launched_by(origin)) for origin in (20, 22))
    for name, scores in all_scores[60, 90].scores.items():
        at_once, in_parts = scores.to_json(), all_scores[60, 7].scores[name].to_json()
        ours = all_scores[SAMPLE, 90].scores[name].to_json()
        for measure in ("mae", "rmse", "bias", "coverage_80", "pinball"):
            assert_allclose(in_parts[measure], at_once[measure])
        assert_allclose(ours["mae"], at_once["mae"], rtol=0.1)  # the sample does not say something else
