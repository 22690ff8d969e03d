"""The network's weight beside the levels: none where it does harm, the usual one where nothing tells."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from schemas.forecasts import GRID
from tasks.models.arrays import Float32Array, Floats, Integers
from tasks.models.network.sequences import Moments
from tasks.models.recipes.trust import USUAL, Trust, between_best, choose_weights, losses_of
from tasks.models.recipes.volume import class_by_volume, class_edges

HORIZON, PRODUCTS = 3, 1200
HARM = "on held-out weeks the network did worse than the levels"


def draw_moments(ratio: Floats | float, products: int = PRODUCTS, seed: int = 1) -> Moments:
    """Held-out weeks in which so many times the expected units are sold."""
    generator, every = np.random.default_rng(seed), np.ones(products)
    expected = generator.gamma(4, 10, (products, HORIZON)) + 5
    truth = generator.poisson(expected * np.broadcast_to(ratio, (products,))[:, np.newaxis])
    arrays = (
        np.zeros((products, 1)),
        np.zeros((products, HORIZON, 1)),
        truth,
        expected,
        np.sqrt(expected[:, 0]),
        0.02 * every,
        every,
        every,
    )
    return Moments(*(np.asarray(values, np.float32) for values in arrays))


def raise_level(times: Floats | float, products: int = PRODUCTS) -> Floats:
    """Outputs that move all quantiles by a factor."""
    outputs = np.zeros((products, HORIZON, 2 + len(GRID)))
    outputs[..., :2] = np.log(np.broadcast_to(times, (products,)))[:, np.newaxis, np.newaxis]
    return outputs


def classes_of(moments: Moments) -> Integers:
    """The class of volume of each moment."""
    volume = moments.expected[:, 0].astype(np.float64)
    return class_by_volume(volume, class_edges(volume))


def choose(moments: Moments, outputs: Floats, weeks: int = 8, has_shocks: bool = False) -> Trust:
    return choose_weights(moments, outputs, np.arange(len(moments)) // 3 % weeks, has_shocks)


def weights(ratio: Floats | float, times: Floats | float, weeks: int = 8) -> tuple[float, ...]:
    return choose(draw_moments(ratio), raise_level(times), weeks).weights


def test_a_network_that_does_harm_gets_no_weight_and_it_is_told() -> None:
    chosen = choose(draw_moments(1.0), raise_level(1.6))
    assert (chosen.weights, chosen.reason) == ((0.0,) * 3, HARM)


@pytest.mark.parametrize("ratio", [1.3, 0.7])
def test_a_network_that_helps_keeps_its_weight(ratio: float) -> None:
    chosen = choose(draw_moments(ratio), raise_level(ratio))
    assert min(chosen.weights) >= USUAL
    assert chosen.reason == ""


def test_a_network_that_goes_too_far_gets_a_part_of_the_weight() -> None:
    chosen = choose(draw_moments(1.2), raise_level(1.2**2))
    assert_allclose(chosen.weights, 0.5, atol=0.05)
    assert chosen.reason == ""


def test_few_weeks_hardly_move_the_weight_and_many_do() -> None:
    assert_allclose(weights(1.0, 1.03, weeks=1), USUAL, atol=0.15)
    assert max(weights(1.0, 1.03, weeks=100)) < 0.2


def test_each_class_of_volume_has_its_weight() -> None:
    kind = classes_of(draw_moments(1.0))
    moments, outputs = draw_moments(np.where(kind == 0, 1.5, 1.0)), raise_level(np.where(kind == 1, 1.0, 1.5))
    chosen = choose(moments, outputs)
    assert_allclose(chosen.edges, np.quantile(moments.expected[:, 0], [1 / 3, 2 / 3]), rtol=1e-6)
    assert chosen.weights[0] >= USUAL > 0.3 > chosen.weights[2]


@pytest.mark.parametrize("times", [1.6, 1.0])
def test_of_few_forecasts_all_have_the_same_weight(times: float) -> None:
    chosen = choose(draw_moments(1.0, 900), raise_level(times, 900))
    assert chosen.edges == ()
    assert len(set(chosen.weights)) == 1
    assert (chosen.weights[0] == 0) == (times == 1.6)


def best(choices: Floats, losses: Floats, weeks: int = 1_000_000) -> Floats:
    return between_best(choices, losses, 1.0, np.arange(weeks))


def test_a_choice_lies_between_those_that_are_tried() -> None:
    choices = np.array([0.0, 0.25, 1.0])
    assert best(choices, np.array([1.2, 1.0, 1.1])) == 0.25
    assert_allclose(best(choices, np.ones(3)), choices.mean(), atol=1e-3)
    assert_array_equal(best(choices, np.array([[1.0, 1.2], [1.1, 1.1], [1.2, 1.0]])), [0.0, 1.0])
    drawn = best(choices, np.random.default_rng(1).lognormal(0, 0.003, (3, 200)))
    assert (0 <= drawn).all() and (drawn <= 1).all()
    assert 0 < best(choices, np.zeros(3)) < 1


def test_a_small_change_of_the_losses_makes_no_other_choice() -> None:
    choices = np.array([0.0, 1.0])
    one, other, far = (float(best(choices, np.array([1.0, loss]))) for loss in (0.9999, 1.0001, 1.02))
    assert 0.5 < one < 0.55 and 0.45 < other < 0.5
    assert far < 0.01


def test_the_more_weeks_say_so_the_farther_is_the_choice_from_the_usual_one() -> None:
    chosen = [float(best(np.array([0.0, 0.5, 1.0]), np.array([1.0, 1.01, 1.02]), weeks)) for weeks in (1, 5, 13, 100)]
    assert chosen == sorted(chosen, reverse=True)
    assert chosen[0] > 0.99 and chosen[-1] < 0.02


def unknown(moments: Moments) -> Moments:
    truth: Float32Array = np.full_like(moments.truth, np.nan)
    return Moments(*(truth if name == "truth" else values for name, values in vars(moments).items()))


@pytest.mark.parametrize("moments", [draw_moments(1.0, 0), unknown(draw_moments(1.0, 30))])
def test_where_nothing_was_judged_the_weight_is_the_usual_one(moments: Moments) -> None:
    assert choose(moments, raise_level(1.6, len(moments))) == Trust((USUAL,) * 3, (), "")
    week = np.zeros(len(moments), np.int64)
    assert not losses_of(moments, raise_level(1.6, len(moments)), week, has_shocks=True).any()


def test_weeks_that_are_not_known_decide_nothing() -> None:
    moments, hidden = draw_moments(1.0, 2 * PRODUCTS), np.arange(2 * PRODUCTS) >= PRODUCTS
    truth = np.where(hidden[:, np.newaxis], np.nan, moments.truth).astype(np.float32)
    given = Moments(*(truth if name == "truth" else values for name, values in vars(moments).items()))
    usual, other = (choose(given, raise_level(np.where(hidden, times, 1.03), len(given))) for times in (1.0, 5.0))
    assert usual == other != choose(moments, raise_level(1.03, len(moments)))


def test_the_loss_is_the_mean_pinball_loss_in_usual_errors() -> None:
    moments, grid = draw_moments(1.0, 1), np.asarray(GRID)
    form = moments.form.astype(np.float64)
    error, expected = float(moments.error[0]), moments.expected.astype(np.float64)
    missed = moments.truth[0, :, np.newaxis] + 0.5 - (expected[0, :, np.newaxis] + error * np.sinh(form[0]))
    slow = np.where(missed > 0, grid * missed, (grid - 1) * missed).mean() / error
    assert_allclose(losses_of(moments, raise_level(1.0, 1), np.zeros(1, np.int64), has_shocks=False), slow, rtol=1e-5)


def test_a_shock_of_all_products_decides_only_where_it_is_to() -> None:
    moments, half = draw_moments(np.repeat([1.0, 0.6], PRODUCTS // 2)), np.arange(PRODUCTS) // (PRODUCTS // 2)
    outputs = raise_level(0.6)
    with_shock, without = (choose_weights(moments, outputs, half, has_shocks).weights for has_shocks in (False, True))
    assert_allclose(without, USUAL, atol=0.01)
    assert max(with_shock) < 0.6
