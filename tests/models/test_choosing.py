"""Who answers for each product: one test for each line of the table in `tasks.models.choosing`, from its top."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.baselines.fallback import forecast_short_history
from tasks.models.arrays import Floats
from tasks.models.choosing import Answer, Simple, alone, choose
from tasks.models.distribution import Distribution
from tasks.models.panel import Panel
from tasks.models.recipes.recipe import Forecast
from tests.histories import distribution_of

FEWEST = 8
NEVER, DEAD, DEAD_AND_NEW, WRONG, WRONG_AND_NEW, NEW, FOLLOWED, LEVELS = range(8)
INACTIVE = np.arange(8) < WRONG
WEIGHT = np.array([0.5, 1.0, 0.5, 1.0, 1.0, 0.75, 0.25, 0.2])
WHY = "on held-out weeks the network did worse than the levels"
PROMOTED = "ses erred 3.0% less than the network"


def draw_panel() -> Panel:
    """Twenty weeks of eight products that sell about ten units; the new ones have five weeks."""
    units = np.random.default_rng(2).poisson(10.0, (8, 20)).astype(np.float64)
    units[[DEAD_AND_NEW, WRONG_AND_NEW, NEW], :15] = np.nan
    units[NEVER], units[DEAD, 12:], units[DEAD_AND_NEW, 17:] = 0, 0, 0
    return Panel(np.array(list("ABCDEFGH"), object), units)


PANEL = draw_panel()


def expect(level: Floats | float) -> Distribution:
    mean = np.broadcast_to(np.asarray(level, np.float64).reshape(-1, 1), (8, 2))
    return distribution_of(np.floor(mean), mean, mean - 4, mean + 4)


def forecast_by(weight: Floats) -> Distribution:
    """A level of ten units, and a quarter of a unit more where the network has all the weight."""
    level = 10 + weight / 4
    level[[WRONG, WRONG_AND_NEW]] = 9e4
    return expect(level)


MODEL = Forecast(forecast_by, WEIGHT, INACTIVE, WHY)


def ask(*, simple: Simple | None = None) -> Answer:
    return choose(PANEL, MODEL, FEWEST, simple)


def promote(level: Floats | float, own_interval: bool = True) -> Answer:
    return ask(simple=Simple("ses", PROMOTED, expect(level), own_interval))


def assert_same(rows: list[int], one: Distribution, other: Distribution) -> None:
    for field in fields(Distribution):
        assert_array_equal(getattr(one, field.name)[rows], getattr(other, field.name)[rows])


BOTH = pytest.mark.parametrize("answer", [ask(), promote(12.0), promote(12.0, own_interval=False)])


@BOTH
def test_a_product_that_never_sold_or_died_is_inactive_and_the_model_forecasts_it(answer: Answer) -> None:
    rows = [NEVER, DEAD, DEAD_AND_NEW]
    assert answer.method[rows].tolist() == ["inactive"] * 3
    assert answer.reason[rows].tolist() == ["no sale in 20 weeks", "no sale in 8 weeks", "no sale in 3 weeks"]
    assert answer.code[rows].tolist() == ["inactive"] * 3
    assert_same(rows, answer.distribution, MODEL.published)
    assert not answer.weight[rows].any()


@pytest.mark.parametrize("answer", [ask(), promote(9e4)])
def test_a_forecast_out_of_all_proportion_is_replaced_by_the_last_seven_weeks(answer: Answer) -> None:
    rows = [WRONG, WRONG_AND_NEW]
    assert answer.method[rows].tolist() == ["mean_7"] * 2
    assert answer.code[rows].tolist() == ["implausible"] * 2
    assert answer.reason[WRONG] in ("implausible forecast of lstm", "implausible forecast of ses")
    assert_allclose(answer.distribution.mean[rows, 0], np.nanmean(PANEL.units[rows, -7:], axis=1))
    assert_same(rows, answer.distribution, forecast_short_history(PANEL.units[:, -7:], 2))
    assert_array_equal(answer.weight[rows], 0)


def test_of_a_dead_product_no_forecast_is_out_of_proportion() -> None:
    large = Forecast(lambda _: expect(9e4), WEIGHT, INACTIVE, WHY)
    answer = choose(PANEL, large, FEWEST)
    assert (answer.method[INACTIVE] == "inactive").all()
    assert_same(np.flatnonzero(INACTIVE).tolist(), answer.distribution, large.published)
    assert (answer.method[~INACTIVE] == "mean_7").all()


@BOTH
def test_a_product_with_too_few_weeks_is_named_and_the_model_forecasts_it(answer: Answer) -> None:
    assert (answer.method[NEW], answer.reason[NEW]) == ("short_history", "5 of 8 weeks observed")
    assert answer.code[NEW] == "short_history"
    assert_same([NEW], answer.distribution, MODEL.published)
    assert answer.weight[NEW] == WEIGHT[NEW]


def test_a_promoted_simple_method_answers_with_its_own_interval() -> None:
    answer, rows = promote(12.0), [WRONG, FOLLOWED, LEVELS]
    assert answer.method[rows].tolist() == ["ses"] * 3
    assert answer.reason[rows].tolist() == [PROMOTED] * 3
    assert answer.code[rows].tolist() == ["gate"] * 3
    assert_same(rows, answer.distribution, expect(12.0))
    assert_array_equal(answer.weight[rows], 0)


def test_a_promoted_simple_method_answers_within_the_models_interval() -> None:
    answer, rows = promote(16.0, own_interval=False), [FOLLOWED, LEVELS]
    assert_array_equal(answer.distribution.units[rows], 16)
    assert_array_equal(answer.distribution.mean[rows], 16)
    assert_array_equal(answer.distribution.p10[rows], MODEL.published.p10[rows])
    assert_array_equal(answer.distribution.p90[rows], 16)  # which the model's does not reach


def test_an_interval_out_of_all_proportion_is_not_that_of_a_simple_method() -> None:
    answer = promote(16.0, own_interval=False)
    assert answer.method[WRONG] == "ses"
    assert_same([WRONG], answer.distribution, expect(16.0))


def test_the_network_answers_from_a_quarter_of_the_weight_on_and_the_levels_below() -> None:
    answer, rows = ask(), [FOLLOWED, LEVELS]
    assert answer.method[rows].tolist() == ["lstm", "blended_levels"]
    assert answer.reason[rows].tolist() == ["", WHY]
    assert answer.code[rows].tolist() == ["", "levels"]
    assert_allclose(answer.distribution.mean[rows, 0], 10 + WEIGHT[rows] / 4)
    assert_array_equal(answer.weight[rows], WEIGHT[rows])


def test_without_a_model_a_simple_method_answers_for_all() -> None:
    answer = choose(PANEL, None, FEWEST, Simple("mean_7", "it diverged", expect(12.0)))
    assert set(answer.method) == {"mean_7"} and set(answer.reason) == {"it diverged"}
    assert set(answer.code) == {"gate"}
    assert_same(list(range(8)), answer.distribution, expect(12.0))
    assert not answer.weight.any()
    with pytest.raises(TypeError, match="either a model or a simple method"):
        choose(PANEL, None, FEWEST)


def test_what_is_chosen_changes_nothing_in_the_model() -> None:
    weight, method = WEIGHT.copy(), ask().method
    promote(12.0, own_interval=False)
    assert_array_equal(MODEL.weight, weight)
    assert_array_equal(ask().method, method)


def test_some_answers_are_those_of_all_and_the_network_can_be_asked_alone() -> None:
    answer, rows = ask(), np.arange(8) % 2 > 0
    some = answer.select(rows)
    assert some.method.tolist() == answer.method[rows].tolist()
    assert some.reason.tolist() == answer.reason[rows].tolist()
    assert_array_equal(some.distribution.mean, answer.distribution.mean[rows])
    assert set(alone(MODEL.network).method) == {"lstm"} and set(alone(MODEL.network).reason) == {""}
    assert_array_equal(alone(MODEL.network).distribution.mean[NEW], 10.25)
