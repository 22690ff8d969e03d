"""The forecaster: a network moves the levels, as far as it left its pretrained weights and as far as it is trusted."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from schemas.config import Config
from tasks.models.distribution import Distribution
from tasks.models.filter.filter import follow
from tasks.models.fitting import FittedModel, fit
from tasks.models.network import saving
from tasks.models.network.fused import read_weights, set_weights
from tasks.models.network.saving import load_pretrained
from tasks.models.panel import Panel
from tasks.models.recipes.registry import prepare
from tasks.models.recipes.trust import Trust
from tests.histories import draw_history, fit_recipe

HISTORY = draw_history(weeks=60, launches=True)
NETWORKS: tuple[Any, ...] = ("finetuned", "pretrained", "random")


@pytest.fixture(scope="module")
def models() -> dict[str, FittedModel]:
    """A fit of each kind of network."""
    return {network: fit_recipe(HISTORY, Config(network=network)) for network in NETWORKS}


def assert_same(one: Distribution, other: Distribution) -> None:
    for field in fields(Distribution):
        assert_array_equal(getattr(one, field.name), getattr(other, field.name))


def move_state(fitted: FittedModel, **changes: Any) -> FittedModel:
    return replace(fitted, state=fitted.state.model_copy(update=changes))


def left(fitted: FittedModel) -> float:
    """How far the network is on the way from its first weights to those of the training."""
    share: float = fitted.state.model_dump()["left"]
    return share


def test_the_levels_are_what_the_filter_expects(models: dict[str, FittedModel]) -> None:
    levels = models["finetuned"].predict(HISTORY).levels
    *_, (last, _) = follow(HISTORY.units, np.ones(len(HISTORY.codes), np.bool_), 3)
    sold = np.nansum(HISTORY.units, axis=1) > 0
    assert_allclose(levels.mean[last.rows][sold[last.rows]], last.expected.T[sold[last.rows]], rtol=1e-6)
    assert_array_equal(levels.grain, 1)


def test_a_network_that_puts_out_zeros_gives_the_levels(models: dict[str, FittedModel]) -> None:
    fitted = fit_recipe(HISTORY, Config(network="pretrained"))
    set_weights(fitted.network, np.zeros_like(load_pretrained()))
    silent, usual = fitted.predict(HISTORY), models["pretrained"].predict(HISTORY)
    assert_same(silent.network, silent.levels)
    assert_same(silent.network, usual.levels)
    assert (usual.network.mean != usual.levels.mean).mean() > 0.9


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_what_is_published_lies_as_far_from_the_levels_as_the_network_is_trusted(
    models: dict[str, FittedModel], weight: float
) -> None:
    forecast = move_state(models["finetuned"], trust=Trust((weight,) * 3)).predict(HISTORY)
    sold = np.nansum(HISTORY.units, axis=1) > 0
    published, levels, network = (
        np.log(made.mean[sold]) for made in (forecast.published, forecast.levels, forecast.network)
    )
    assert_allclose(published, levels + weight * (network - levels), atol=1e-6)
    assert_array_equal(forecast.weight, weight)


def test_each_product_has_the_weight_of_its_class_of_volume() -> None:
    history = draw_history(120, 40)
    trust = Trust((0.0, 0.5, 1.0), (4.0, 12.0))
    forecast = move_state(fit_recipe(history, Config(network="pretrained")), trust=trust).predict(history)
    expected = forecast.levels.mean[:, 0]
    assert_array_equal(forecast.weight, np.where(expected < 4, 0.0, np.where(expected < 12, 0.5, 1.0)))
    assert {*forecast.weight} == {0.0, 0.5, 1.0}


def test_the_shipped_network_is_left_as_it_is_where_it_is_asked_for(models: dict[str, FittedModel]) -> None:
    assert_array_equal(read_weights(models["pretrained"].network), load_pretrained())
    assert (models["pretrained"].losses, left(models["pretrained"])) == ((), 0.0)


@pytest.mark.parametrize("network", ["finetuned", "random"])
def test_other_networks_are_trained_on_the_sales(models: dict[str, FittedModel], network: str) -> None:
    fitted = models[network]
    moved = np.abs(read_weights(fitted.network) - load_pretrained()).max()
    assert len(fitted.losses) == 3
    assert moved > 0.3 if network == "random" else moved < 0.1
    assert (moved > 0) == (left(fitted) > 0)


def test_a_broken_network_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(1).normal(0, 0.5, load_pretrained().shape).astype(np.float32)
    monkeypatch.setattr(saving, "load_pretrained", lambda: noise)
    fitted = fit_recipe(HISTORY, Config(network="pretrained"))
    forecast = fitted.predict(HISTORY)
    assert not forecast.weight.any()
    assert_same(forecast.published, forecast.levels)
    assert forecast.reason == "on held-out weeks the network did worse than the levels"
    assert fitted.decision == ("blended_levels",) * 3


def test_a_network_that_learns_what_the_levels_cannot_follow_is_trusted() -> None:
    generator, weeks = np.random.default_rng(1), np.arange(63)
    units = generator.poisson(generator.gamma(2, 20, (80, 1)) * (1 + 0.6 * (-1.0) ** weeks)).astype(np.float64)
    sales = Panel(np.array([f"P{number:03d}" for number in range(80)], object), units)
    past, truth = sales.until(59), sales.after(59, 3)
    forecast = fit_recipe(past, Config(network="random")).predict(past)
    assert (forecast.weight > 0.95).all()
    published, levels = (np.abs(made.units - truth).mean() for made in (forecast.published, forecast.levels))
    assert published < 0.995 * levels


@pytest.mark.parametrize("products", [1, 40])
def test_a_network_is_not_finetuned_on_a_few_weeks(products: int) -> None:
    fitted = fit_recipe(draw_history(products, 10), Config())
    assert_array_equal(read_weights(fitted.network), load_pretrained())
    assert fitted.losses == ()


@pytest.mark.parametrize(
    ("horizon", "learned"), [(1, (1,)), (3, (1, 2, 3)), (13, (1, 5, 9, 13)), (52, (1, 18, 35, 52))]
)
def test_some_weeks_ahead_are_learned_from_and_all_are_forecast(horizon: int, learned: tuple[int, ...]) -> None:
    config = Config(horizon=horizon)
    prepared = prepare(HISTORY, config)
    assert prepared.state.model_dump()["horizons"] == learned
    made = fit(prepared, config).predict(HISTORY).published
    assert made.quantiles.shape == (len(HISTORY.codes), horizon, 13)
    assert np.isfinite(made.quantiles).all() and np.isfinite(made.mean).all()
    width = (made.quantiles[..., -1] - made.quantiles[..., 0]).mean(axis=0)
    assert width[-1] >= width[0] > 0


def test_windows_are_made_from_what_was_known_then() -> None:
    now, then = (prepare(panel, Config()).training for panel in (HISTORY, HISTORY.until(49)))
    rows = np.flatnonzero(now.origin < 49)
    assert now.codes[rows].tolist() == then.codes.tolist() and now.origin[rows].tolist() == then.origin.tolist()
    for name in ("window", "ahead", "expected", "filter"):
        assert_array_equal(now.arrays[name][rows], then.arrays[name])
    known = ~np.isnan(then.arrays["truth"])
    assert_array_equal(now.arrays["truth"][rows][known], then.arrays["truth"][known])


@pytest.mark.parametrize("first", [9, 40])
def test_an_earlier_fit_sees_a_file_that_begins_later_as_a_new_fit_does(
    models: dict[str, FittedModel], first: int
) -> None:
    rolled = Panel(HISTORY.codes, HISTORY.units[:, first:], first)
    assert_same(
        models["pretrained"].predict(rolled).network,
        fit_recipe(rolled, Config(network="pretrained")).predict(rolled).network,
    )


@pytest.mark.parametrize("factor", [1e-6, 1e5])
def test_amounts_of_any_size_have_forecasts_of_that_size(factor: float) -> None:
    amounts = HISTORY.units + np.random.default_rng(1).random(HISTORY.units.shape)
    usual, other = (
        fit_recipe(panel, Config()).predict(panel).published
        for panel in (Panel(HISTORY.codes, amounts), Panel(HISTORY.codes, amounts * factor))
    )
    assert_array_equal(usual.grain, 0)
    assert (usual.quantiles % 1 != 0).any()
    assert_allclose(other.mean, factor * usual.mean, rtol=0.02)
    assert_allclose(other.p90, factor * usual.p90, rtol=0.02)


def test_without_pooling_other_products_change_the_levels_by_their_weights_only() -> None:
    other = HISTORY.units.copy()
    other[1:, 50:] *= 3
    config = Config(pooling="off", network="pretrained")
    one, two = (fit_recipe(panel, config).predict(panel).levels for panel in (HISTORY, Panel(HISTORY.codes, other)))
    assert_allclose(one.mean[0], two.mean[0], rtol=0.08)  # with pooling it is half as much again
