"""Networks of fused layers have the results and the gradients of those of Keras' own layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tasks.models.network.backend import keras, tf
from tasks.models.network.forecaster import forecaster
from tasks.models.network.layers import FUSED, STOCK, BatchedDense, Layers, as_inputs, fuse_order
from tasks.models.network.stacked import stacked_lstm

BATCH = 50


def stacked(kinds: Layers) -> Any:
    return stacked_lstm((6, 2), (5, 4), 3, seed=4, lstm=kinds.lstm)


NETWORKS: dict[str, Callable[..., Any]] = {
    "stacked": stacked,
    "forecaster": partial(forecaster, ((6, 5), (3, 4)), units=7, seed=4),
    "forecaster of every week": partial(forecaster, ((6, 5), (6, 3, 4)), units=7, seed=4, every_week=True),
}


def flatten(arrays: Iterable[Any]) -> Any:
    return np.concatenate([np.asarray(array).ravel() for array in arrays])


def fill(network: Any, weights: Any) -> None:
    """Set all weights of a network from a flat array."""
    current = network.get_weights()
    parts = np.split(weights, np.cumsum([array.size for array in current])[:-1])
    network.set_weights([part.reshape(array.shape) for part, array in zip(parts, current, strict=True)])


def outputs_and_gradient(network: Any, inputs: Any) -> tuple[Any, Any]:
    with tf.GradientTape() as tape:
        outputs = network(inputs, training=True)
        loss = tf.reduce_sum(tf.sin(outputs))
    return np.asarray(outputs), flatten(tape.gradient(loss, network.trainable_variables))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_fused_network_has_the_results_and_gradients_of_a_stock_network(name: str) -> None:
    stock, fused = (NETWORKS[name](kinds=kinds) for kinds in (STOCK, FUSED))
    generator, order = np.random.default_rng(0), fuse_order(stock)
    fill(stock, generator.normal(0, 0.5, len(order)).astype(np.float32))
    fill(fused, flatten(stock.get_weights())[order])
    inputs = as_inputs([generator.normal(size=(BATCH, *given.shape[1:])).astype(np.float32) for given in stock.inputs])
    (expected, its_gradient), (found, gradient) = (outputs_and_gradient(network, inputs) for network in (stock, fused))
    assert np.abs(expected).max() > 0.1
    assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    assert_allclose(gradient, its_gradient[order], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("shape", [(4,), (6, 4), (6, 3, 4)])
@pytest.mark.parametrize("use_bias", [True, False])
def test_a_batched_dense_layer_is_kerass_own(shape: tuple[int, ...], use_bias: bool) -> None:
    generator, inputs = np.random.default_rng(1), keras.Input(shape)
    weights = [generator.normal(size=(4, 5)), generator.normal(size=5)][: 1 + use_bias]
    values, made = generator.normal(size=(BATCH, *shape)).astype(np.float32), []
    for layer in (keras.layers.Dense(5, use_bias=use_bias), BatchedDense(5, use_bias=use_bias)):
        network = keras.Model(inputs, layer(inputs))
        network.set_weights(weights)
        made.append(outputs_and_gradient(network, values))
    assert made[0][0].shape == (BATCH, *shape[:-1], 5)
    for expected, found in zip(*made, strict=True):
        assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_the_forecast_of_the_last_week_is_that_of_a_network_that_forecasts_every_week() -> None:
    every, last = (NETWORKS[name](kinds=STOCK) for name in ("forecaster of every week", "forecaster"))
    generator = np.random.default_rng(2)
    fill(every, generator.normal(0, 0.5, len(fuse_order(every))).astype(np.float32))
    fill(last, flatten(every.get_weights()))
    window, ahead = generator.normal(size=(BATCH, 6, 5)), generator.normal(size=(BATCH, 6, 3, 4))
    assert_allclose(last([window, ahead[:, -1]]), every([window, ahead])[:, -1], rtol=1e-4, atol=1e-5)


def test_the_forecast_of_a_week_looks_at_no_later_week() -> None:
    network, generator = NETWORKS["forecaster of every week"](kinds=STOCK), np.random.default_rng(3)
    fill(network, generator.normal(0, 0.5, len(fuse_order(network))).astype(np.float32))
    window, ahead = generator.normal(size=(BATCH, 6, 5)), generator.normal(size=(BATCH, 6, 3, 4))
    before = np.asarray(network([window, ahead]))
    window[:, 4:], ahead[:, 4:] = 9.0, 9.0
    after = np.asarray(network([window, ahead]))
    assert_allclose(after[:, :4], before[:, :4], rtol=1e-6)
    assert (after[:, 4:] != before[:, 4:]).any()


def test_an_untrained_forecaster_puts_out_zeros_and_its_weights_are_those_of_the_seed() -> None:
    shapes = ((6, 5), (3, 4))
    one, same, other = (forecaster(shapes, units=7, seed=seed, kinds=STOCK) for seed in (1, 1, 2))
    assert not np.asarray(one([np.ones((2, 6, 5)), np.ones((2, 3, 4))])).any()
    assert (flatten(one.get_weights()) == flatten(same.get_weights())).all()
    assert (flatten(one.get_weights()) != flatten(other.get_weights())).any()
