"""Training takes the steps that Keras takes, at the rates of its schedule, and tells where it diverges."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from schemas.config import Config
from schemas.errors import ModelFailed
from tasks.models.arrays import Float32Array
from tasks.models.network.backend import keras, tf
from tasks.models.network.fused import read_weights
from tasks.models.network.layers import STOCK, as_inputs
from tasks.models.network.training import train_weights
from tasks.models.recipes.forecaster import Forecaster
from tasks.models.recipes.recipe import Recipe, Schedule, Tensors
from tasks.models.recipes.reference import Reference
from tasks.models.recipes.registry import prepare
from tasks.models.sample import Keys, shuffle
from tasks.pretraining.series import draw_sequences
from tests.histories import draw_history

SEED = 3


def draw_keys(number: int) -> Keys:
    return np.random.default_rng(SEED).integers(2**64, size=number, dtype=np.uint64)


class Short(Forecaster):
    """The forecaster with small batches, of whose gradients about half are limited."""

    schedule = replace(Forecaster.schedule, batch_size=16, clip_norm=0.85)


def of_forecaster() -> tuple[Recipe, Tensors, Tensors]:
    """A recipe, what its network sees, and what the loss compares."""
    recipe, series = Short(), draw_sequences(1, 0).select(np.arange(20))
    return recipe, (series.window, series.ahead), series.targets(series.form, draw_keys(20))


def of_reference() -> tuple[Recipe, Tensors, Tensors]:
    arrays = prepare(draw_history(5, 18), Config(recipe="reference")).training.arrays
    return Reference(), (arrays["window"][:, :, np.newaxis],), (arrays["truth"],)


def start(recipe: Recipe, seen: Tensors) -> Any:
    return recipe.network([array.shape[1:] for array in seen], 3, SEED, STOCK)


def train_by_keras(recipe: Recipe, seen: Tensors, targets: Tensors) -> Float32Array:
    network, schedule = start(recipe, seen), recipe.schedule
    clip = schedule.clip_norm if math.isfinite(schedule.clip_norm) else None
    optimizer, windows = keras.optimizers.Adam(global_clipnorm=clip), len(seen[0])
    variables = network.trainable_variables
    optimizer.build(variables)

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def learn(inputs: Any, truths: Any) -> None:
        with tf.GradientTape() as tape:
            loss = recipe.loss(truths, network(inputs, training=True))
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))

    for number, rates in enumerate(np.split(schedule.rates(windows), schedule.epochs)):
        order = shuffle(draw_keys(windows), number)
        for step, rate in enumerate(rates):
            optimizer.learning_rate = float(rate)
            batch = order[step * schedule.batch_size : (step + 1) * schedule.batch_size]
            learn(as_inputs([array[batch] for array in seen]), [array[batch] for array in targets])
    return read_weights(network)


@pytest.mark.parametrize("given", [of_forecaster, of_reference])
def test_a_fit_takes_the_steps_that_keras_takes(given: Any) -> None:
    recipe, seen, targets = given()
    before, expected = read_weights(start(recipe, seen)), train_by_keras(recipe, seen, targets)
    epochs = list[tuple[int, int, float]]()
    found, losses = train_weights(
        recipe, before, seen, targets, 3, draw_keys(len(seen[0])), lambda *epoch: epochs.append(epoch)
    )
    assert np.abs(found - expected).max() < 0.03 * np.abs(expected - before).max()
    assert epochs == [(number, recipe.schedule.epochs, loss) for number, loss in enumerate(losses, start=1)]
    assert len(losses) == recipe.schedule.epochs and losses[-1] < losses[0]


def test_a_training_that_diverges_is_told() -> None:
    recipe, seen, (truth,) = of_reference()
    with pytest.raises(ModelFailed, match="the training diverged: the loss of epoch 1 is nan"):
        nothing, keys = np.full_like(truth, np.nan), draw_keys(len(truth))
        train_weights(recipe, read_weights(start(recipe, seen)), seen, (nothing,), 3, keys, lambda *_: None)


def test_a_schedule_has_a_rate_for_every_step() -> None:
    schedule = Schedule(epochs=4, batch_size=10, learning_rate=lambda progress: np.where(progress < 0.5, 2.0, 1.0))
    assert schedule.rates(25).tolist() == [2.0] * 6 + [1.0] * 6
    assert schedule.rates(0).tolist() == []


def test_the_reference_learns_ten_epochs_fast_and_ten_slowly() -> None:
    rates = Reference.schedule.rates(17_842)
    assert len(rates) == 20 * 558
    assert_array_equal(rates, np.repeat(np.array([0.01, 0.001], np.float32), 10 * 558))


def test_the_forecaster_begins_and_ends_slowly() -> None:
    rates = Forecaster.schedule.rates(192 * 100)
    assert rates[0] < 0.1 * rates.max() and rates[-1] < 0.1 * rates.max()
    assert rates.argmax() < len(rates) / 5
