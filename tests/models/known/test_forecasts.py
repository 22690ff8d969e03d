"""Forecasts with known inputs: a promotion to come is in them, and what was not known is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow.compute as pc
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from schemas.config import Config
from tasks.models.arrays import Floats
from tasks.models.distribution import Distribution
from tasks.models.fitting import FittedModel
from tasks.models.known.inputs import Known
from tasks.models.panel import Panel
from tasks.models.recipes.registry import prepare
from tests.histories import fit_recipe

PRODUCTS, WEEKS, HORIZON = 80, 80, 3
PROMOTED = slice(0, 20)


def draw_promoted(differs: float = 0.0) -> Panel:
    """Products that sell e^1.4 times as much at 60 % of their price; the first are to be so in the next week.

    differs: by how much, as a logarithm, one promotion sells more than another.
    """
    generator = np.random.default_rng(0)
    price = np.where(generator.random((PRODUCTS, WEEKS + HORIZON)) < 0.1, 0.6, 1.0) * 9
    price[:, WEEKS:] = 9
    price[PROMOTED, WEEKS] = 0.6 * 9
    change = np.where(price < 9, 1.4 + differs * generator.normal(size=price.shape), 0.0)
    level = generator.gamma(2.0, 10.0, (PRODUCTS, 1))
    units = generator.poisson(level * np.exp(change[:, :WEEKS])).astype(float)
    return Panel(
        np.array([f"P{number:02d}" for number in range(PRODUCTS)], object), units, known=Known({"price": price})
    )


@pytest.fixture(scope="module")
def fitted() -> FittedModel:
    return fit_recipe(draw_promoted(), Config())


def published(panel: Panel, fitted: FittedModel) -> Distribution:
    return fitted.predict(panel).published


def gain(units: Floats) -> float:
    """By how much the first week ahead of the promoted products exceeds the second one."""
    return float(units[PROMOTED, 0].sum() / units[PROMOTED, 1].sum())


def test_a_promotion_that_is_known_is_in_the_forecast(fitted: FittedModel) -> None:
    forecast = published(draw_promoted(), fitted)
    assert_allclose(gain(forecast.mean), np.exp(1.4), rtol=0.12)
    assert_allclose(gain(forecast.p90), np.exp(1.4), rtol=0.4)
    others = forecast.mean[PROMOTED.stop :]
    assert_allclose(others[:, 0].sum(), others[:, 1].sum(), rtol=0.05)


def test_promotions_that_differ_from_one_another_get_a_wider_interval() -> None:
    panels = [draw_promoted(differs) for differs in (0.0, 0.5)]
    alike, unlike = (published(panel, fit_recipe(panel, Config())) for panel in panels)
    widths = [((each.p90 - each.p10) / each.mean)[PROMOTED, 0].mean() for each in (alike, unlike)]
    assert widths[1] > 1.5 * widths[0]


def test_without_the_inputs_a_past_promotion_is_taken_for_a_level(fitted: FittedModel) -> None:
    panel = draw_promoted()
    with_inputs, without = (
        published(panel, fitted),
        published(unaware := replace(panel, known=None), fit_recipe(unaware, Config())),
    )
    late = panel.known.values["price"][:, WEEKS - 1] < 6 if panel.known else np.zeros(0)
    assert without.mean[late, 2].sum() > with_inputs.mean[late, 2].sum()


def test_the_network_reads_promotions_and_no_inputs_without_effect() -> None:
    panel = draw_promoted()
    assert panel.known
    noise = replace(panel, known=Known({"display": np.random.default_rng(3).random((PRODUCTS, WEEKS + HORIZON))}))
    unaware = replace(panel, known=None)
    passes = [prepare(each, Config()).state.model_dump()["passes"] for each in (panel, noise, unaware)]
    assert passes == [2, 1, 1]
    one, two = (published(each, fit_recipe(each, Config())) for each in (noise, unaware))
    assert_array_equal(one.quantiles, two.quantiles)


def test_what_the_network_reads_of_promotions_moves_the_forecast(fitted: FittedModel) -> None:
    panel = draw_promoted()
    common = fitted.measure(panel)
    both, factors = (fitted.predict(panel, table).published for table in (common, common.filter(pc.field("pass") == 0)))
    moved = np.log(both.mean / factors.mean)[PROMOTED, 0]
    assert 0.001 < np.abs(moved).mean() < 0.2


def test_a_panel_without_its_inputs_is_forecast_as_if_nothing_were_promoted(fitted: FittedModel) -> None:
    panel = draw_promoted()
    unaware = fitted.predict(replace(panel, known=None), fitted.measure(panel)).published
    assert_allclose(gain(unaware.mean), 1, atol=0.05)


def test_what_is_told_of_weeks_after_the_horizon_changes_nothing() -> None:
    panel = draw_promoted()
    assert panel.known
    later = np.random.default_rng(1).uniform(1, 20, (PRODUCTS, 9))
    other = replace(panel, known=Known({"price": np.hstack([panel.known.values["price"], later])}))
    one, two = (published(each, fit_recipe(each, Config())) for each in (panel, other))
    assert_array_equal(one.quantiles, two.quantiles)


def test_what_became_known_later_changes_no_forecast_of_a_past_week() -> None:
    panel = draw_promoted()
    assert panel.known
    price = panel.known.values["price"]
    since = np.where(np.arange(price.shape[1]) > 60, 70.0, np.nan) * np.ones((PRODUCTS, 1))
    noise = np.where(np.isnan(since), price, np.random.default_rng(2).uniform(1, 20, price.shape))
    forecasts = []
    for values in (price, noise):
        past = replace(panel, known=Known({"price": values, "since price": since})).until(65)
        forecasts.append(published(past, fit_recipe(past, Config())))
    assert_array_equal(forecasts[0].quantiles, forecasts[1].quantiles)


def test_products_in_a_batch_of_any_size_get_the_same_forecast(fitted: FittedModel) -> None:
    panel = draw_promoted()
    common = fitted.measure(panel)
    some = np.arange(5, 25)
    every, few = (fitted.predict(each, common).published for each in (panel, panel.select(some)))
    assert_array_equal(every.quantiles[some], few.quantiles)
