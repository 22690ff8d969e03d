"""The network's weight beside the levels: none where it does harm, the usual one where nothing tells."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from schemas.forecasts import GRID
from tasks.models.arrays import Float32Array, Floats
from tasks.models.network.sequences import Moments
from tasks.models.recipes.trust import USUAL, choose_weights, losses_of

HORIZON, PRODUCTS = 3, 900
HARM = "on held-out weeks the network did worse than the levels"


def draw_moments(ratio: Floats | float, products: int = PRODUCTS, seed: int = 1) -> Moments:
    """Held-out weeks in which so many times the expected units are sold; a third of the products in each class."""
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
        np.arange(products) % 3,
    )
    return Moments(*(np.asarray(values, np.float32) for values in arrays))


def raise_level(times: Floats | float, products: int = PRODUCTS) -> Floats:
    """Outputs that move all quantiles by a factor."""
    outputs = np.zeros((products, HORIZON, 2 + len(GRID)))
    outputs[..., :2] = np.log(np.broadcast_to(times, (products,)))[:, np.newaxis, np.newaxis]
    return outputs


def choose(
    moments: Moments, outputs: Floats, weeks: int = 8, has_shocks: bool = False
) -> tuple[tuple[float, ...], str]:
    return choose_weights(moments, outputs, np.arange(len(moments)) // 3 % weeks, has_shocks)


def weights(ratio: Floats | float, times: Floats | float, weeks: int = 8) -> tuple[float, ...]:
    return choose(draw_moments(ratio), raise_level(times), weeks)[0]


def test_a_network_that_does_harm_gets_no_weight_and_it_is_told() -> None:
    assert choose(draw_moments(1.0), raise_level(1.6)) == ((0.0,) * 3, HARM)


@pytest.mark.parametrize("ratio", [1.3, 0.7])
def test_a_network_that_helps_keeps_its_weight(ratio: float) -> None:
    chosen, reason = choose(draw_moments(ratio), raise_level(ratio))
    assert min(chosen) >= USUAL
    assert reason == ""


def test_a_network_that_goes_too_far_gets_a_part_of_the_weight() -> None:
    assert set(weights(1.2, 1.2**2)) <= {0.25, 0.5}
    assert choose(draw_moments(1.2), raise_level(1.2**2))[1] == HARM


def test_few_weeks_hardly_move_the_weight_and_many_do() -> None:
    assert set(weights(1.0, 1.03, weeks=1)) == {USUAL}
    assert set(weights(1.0, 1.03, weeks=100)) == {0.0}


def test_each_class_of_volume_has_its_weight() -> None:
    helps = np.tile([1.5, 1.0, 1.0], PRODUCTS // 3)
    chosen = weights(helps, np.tile([1.5, 1.0, 1.5], PRODUCTS // 3))
    assert chosen[0] >= USUAL > chosen[2]


def test_a_class_that_was_not_judged_follows_the_others() -> None:
    for times, expected in ((1.6, 0.0), (1.0, USUAL)):
        moments, judged = draw_moments(1.0), np.arange(PRODUCTS) % 3 != 1
        chosen, _ = choose(moments.select(judged), raise_level(times)[judged])
        assert chosen[1] == expected


def unknown(moments: Moments) -> Moments:
    truth: Float32Array = np.full_like(moments.truth, np.nan)
    return Moments(*(truth if name == "truth" else values for name, values in vars(moments).items()))


@pytest.mark.parametrize("moments", [draw_moments(1.0, 0), unknown(draw_moments(1.0, 30))])
def test_where_nothing_was_judged_the_weight_is_the_usual_one(moments: Moments) -> None:
    assert choose(moments, raise_level(1.6, len(moments))) == ((USUAL,) * 3, "")
    week = np.zeros(len(moments), np.int64)
    assert not losses_of(moments, raise_level(1.6, len(moments)), week, has_shocks=True).any()


def test_weeks_that_are_not_known_decide_nothing() -> None:
    moments, hidden = draw_moments(1.0, 1800), np.arange(1800) >= PRODUCTS
    truth = np.where(hidden[:, np.newaxis], np.nan, moments.truth).astype(np.float32)
    given = Moments(*(truth if name == "truth" else values for name, values in vars(moments).items()))
    outputs = raise_level(np.where(hidden, 5.0, 1.0), 1800)
    assert choose(given, outputs) == ((USUAL,) * 3, "")


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
    with_shock, without = (choose_weights(moments, outputs, half, has_shocks)[0] for has_shocks in (False, True))
    assert max(without) == USUAL
    assert with_shock != without
