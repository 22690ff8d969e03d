"""Fast training that is a function of windows, schedule and seed alone.

A whole epoch (shuffle, gather, step) is one call of a compiled function: what takes long in Keras' own `fit` of a
small network is the call of every step. The function is compiled once in a process and serves many fits; each starts
from weights drawn anew by its seed and from an optimizer without memory, so that no fit depends on those before it.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from tasks.models.backend import keras, tf
from tasks.models.network import FusedLSTM
from tasks.models.recipe import Recipe
from tasks.models.recipes import RECIPES
from tasks.models.windows import Windows

OnEpoch = Callable[[int, int, float], None]


class Trainer:
    """Trains networks of one recipe and one shape of windows, one after the other."""

    def __init__(self, recipe: Recipe, shape: tuple[int, int], horizon: int) -> None:
        self._recipe = recipe
        self._network = recipe.network(shape, horizon, 0, FusedLSTM)
        self._optimizer = keras.optimizers.Adam()
        self._optimizer.build(self._network.trainable_variables)
        self._one_at_a_time = threading.Lock()
        # Without sizes: a function compiled for one number of windows may round otherwise than one for any number.
        shapes = ((None, horizon), (None,), (None,), (None, *shape), (None,), (None,))
        types = (tf.float32, tf.float32, tf.float32, tf.float32, tf.int32, tf.float32)
        self._epoch = tf.function(self._run_epoch, list(map(tf.TensorSpec, shapes, types)))

    def train(self, network: Any, windows: Windows, seed: int, on_epoch: OnEpoch) -> tuple[float, ...]:
        """Train a network of stock layers in place and return the loss of each epoch, a mean over all windows.

        `on_epoch` is called after each epoch with its number, from 1, the number of epochs, and its loss.
        """
        with self._one_at_a_time:
            return self._train(network, windows, seed, on_epoch)

    def _train(self, network: Any, windows: Windows, seed: int, on_epoch: OnEpoch) -> tuple[float, ...]:
        self._network.set_weights(network.get_weights())
        for variable in self._optimizer.variables:
            variable.assign(tf.zeros_like(variable))
        data = tuple(tf.constant(array) for array in (windows.targets, windows.level, windows.scale, windows.inputs))
        schedule = self._recipe.schedule
        losses, epochs = [], schedule.epochs_on(len(windows))
        for number, rates in enumerate(np.split(schedule.rates(len(windows)), epochs)):
            order = np.random.default_rng([seed, number]).permutation(len(windows)).astype(np.int32)
            losses.append(float(self._epoch(*data, tf.constant(order), tf.constant(rates))))
            on_epoch(number + 1, epochs, losses[-1])
        network.set_weights(self._network.get_weights())
        return tuple(losses)

    def _run_epoch(self, targets: Any, level: Any, scale: Any, inputs: Any, order: Any, rates: Any) -> Any:
        count, batch_size = tf.shape(order)[0], self._recipe.schedule.batch_size
        weights, total = self._network.trainable_variables, tf.constant(0.0)
        for step in tf.range(tf.shape(rates)[0]):
            tf.autograph.experimental.set_loop_options(parallel_iterations=1)
            batch = order[step * batch_size : tf.minimum((step + 1) * batch_size, count)]
            with tf.GradientTape() as tape:
                outputs = self._network(tf.gather(inputs, batch), training=True)
                loss = self._recipe.loss(
                    tf.gather(targets, batch), tf.gather(level, batch), tf.gather(scale, batch), outputs
                )
            self._optimizer.learning_rate.assign(rates[step])
            self._optimizer.apply(tape.gradient(loss, weights), weights)
            total += loss * tf.cast(tf.size(batch), tf.float32)
        return total / tf.cast(count, tf.float32)


@functools.lru_cache(maxsize=8)
def trainer_for(recipe: str, shape: tuple[int, int], horizon: int) -> Trainer:
    """The process's trainer for windows of that shape (steps, channels): compiling one takes as long as a fit."""
    return Trainer(RECIPES[recipe], shape, horizon)
