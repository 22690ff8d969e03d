"""PITs: where past sales lay in their forecasts, by week and product, kept as a table."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from schemas.config import Config
from tasks.models.arrays import Floats
from tasks.models.distribution import Distribution
from tasks.models.paths.pits import WEEKS, Pits
from tasks.models.recipes.registry import prepare
from tasks.models.uncertainty.quantiles import count_distribution
from tasks.models.uncertainty.tails import to_place
from tests.histories import draw_history, fit_recipe

GENERATOR = np.random.default_rng(1)
EDGES = np.array([0, 0.0015, 0.025, 0.1, 0.3, 0.5, 0.7, 0.9, 0.975, 1])


def share_between_edges(pits: Floats) -> Floats:
    return np.histogram(pits, EDGES)[0] / pits.size


def test_pits_of_counts_drawn_from_their_forecasts_are_uniform() -> None:
    mean, dispersion = np.exp(GENERATOR.normal(0.5, 1.5, (20_000, 2))), np.exp(GENERATOR.normal(-2, 1, (20_000, 2)))
    truth = GENERATOR.negative_binomial(1 / dispersion, 1 / (1 + dispersion * mean)).astype(float)
    pits = count_distribution(mean, dispersion).pit(truth, GENERATOR.random(truth.shape))
    assert_allclose(share_between_edges(pits), np.diff(EDGES), atol=0.005)


def test_pits_of_amounts_that_often_are_zero_are_uniform() -> None:
    quantiles = np.tile(np.maximum(np.linspace(-3, 9, 13), 0), (20_000, 1, 1))
    forecast = Distribution(np.ones((20_000, 1)), quantiles, np.zeros(20_000))
    truth = forecast.at(to_place(np.random.default_rng(2).random((1, 20_000, 1))))[0]
    assert (truth == 0).mean() > 0.2
    assert_allclose(share_between_edges(forecast.pit(truth, GENERATOR.random(truth.shape))), np.diff(EDGES), atol=0.01)


def test_what_is_not_known_has_no_pit() -> None:
    forecast = count_distribution(np.full((2, 2), 5.0), np.full((2, 2), 0.3))
    pits = forecast.pit(np.array([[4, np.nan], [np.nan, 9]]), np.full((2, 2), 0.5))
    assert_array_equal(np.isnan(pits), [[False, True], [True, False]])


def test_each_pit_stands_at_the_week_that_was_forecast() -> None:
    codes, origin = np.array(["B", "A", "A"], object), np.array([10, 10, 11])
    forecast = count_distribution(np.full((3, 2), 5.0), np.full((3, 2), 0.3))
    truth = np.array([[0, 5], [2, 9], [4, np.nan]])
    pits = Pits.of(codes, origin, np.array([1, 2]), forecast, truth, np.full((3, 2), 0.5))
    assert pits.codes.tolist() == ["A", "B"]
    found = forecast.pit(truth, np.full((3, 2), 0.5)).astype(np.float32)
    assert_array_equal(pits.values[:, 0], [[found[1, 0], np.nan], [found[2, 0], found[1, 1]]])
    assert_array_equal(pits.values[:, 1], [[found[0, 0], np.nan], [np.nan, found[0, 1]]])


def test_pits_are_read_from_the_table_that_they_are_written_to() -> None:
    values = GENERATOR.random((7, 3, 2)).astype(np.float32)
    values[2, 1] = np.nan
    pits = Pits(np.array(["A", "B", "C"], object), np.array([1.0, 2, 3]), np.array([1, 4]), values)
    again = Pits.from_table(pits.to_table())
    for field in fields(Pits):
        assert_array_equal(getattr(again, field.name), getattr(pits, field.name))
    assert len(Pits.from_table(Pits.none().to_table()).codes) == 0


@pytest.mark.parametrize("recipe", ["auto", "reference"])
def test_a_fit_tells_the_pits_of_the_latest_weeks(recipe: str) -> None:
    past, config = draw_history(40, 80, seed=3), Config.model_validate({"recipe": recipe, "network": "pretrained"})
    pits = fit_recipe(past, config).past_pits(prepare(past, config).training, config)
    assert pits.values.shape == (WEEKS, 40, 3)
    assert not np.isnan(pits.values[:-2]).any()
    assert 0.6 < np.mean((pits.values > 0.1) & (pits.values < 0.9)) < 0.95
    volume = past.units[:, -13:].mean(axis=1)
    assert np.corrcoef(pits.volume, volume)[0, 1] > 0.9 or recipe == "reference"
