"""Fast training, whose result depends only on the network's initial weights, windows, keys and schedule.

One call of a compiled function runs all steps of an epoch: in Keras' own `fit` of a small network most of the time goes
into the calls of single steps. The function is compiled once in a process and used for many fits. Each fit starts with
new weights and a new optimizer state, so that no fit depends on those before it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from schemas.errors import ModelFailed
from tasks.models.arrays import Float32Array, Integers
from tasks.models.network.backend import one_thread, tf
from tasks.models.network.fused import COMPILING, FusedNetwork, Shapes, read_weights, set_weights
from tasks.models.recipes.recipe import Network, OnEpoch, Tensors
from tasks.models.sample import Keys, shuffle

# Adam's constants, as in Kingma and Ba (2015) and in Keras.
_KEEP_MEAN, _KEEP_SQUARE, _TINY = 0.9, 0.999, 1e-7


class Trainer:
    """Trains networks of one recipe and one shape of windows; several threads may train at the same time.

    seen, targets: shapes of the arrays that the network sees, and of those that the loss compares, without n.
    """

    def __init__(self, recipe: Network, seen: Shapes, targets: Shapes, horizon: int) -> None:
        self._recipe, self._seen = recipe, len(seen)
        self._network = FusedNetwork(recipe, seen, horizon)
        # The number of windows is left open: a function compiled for one number may round in another way.
        epoch = tf.function(
            self._run_epoch,
            [
                tuple(tf.TensorSpec((None, *shape), tf.float32) for shape in (*seen, *targets)),
                tf.TensorSpec((None,), tf.int32),
                tf.TensorSpec((None,), tf.float32),
                tf.TensorSpec((3, self._network.weights), tf.float32),
            ],
        )
        with one_thread():
            self._epoch = epoch.get_concrete_function()

    def train(
        self, weights: Float32Array, seen: Tensors, targets: Tensors, keys: Keys, on_epoch: OnEpoch
    ) -> tuple[Float32Array, tuple[float, ...]]:
        """Train from these weights; return those after it and the loss of each epoch, a mean over all windows.

        weights: flat, fused
        keys: (n,) of the windows, which give their order
        on_epoch: called after each epoch with its number, from 1, the number of epochs, and its loss

        Raises ModelFailed where the loss is not finite, or TensorFlow fails.
        """
        state, data = begin(weights), tuple(tf.constant(array) for array in (*seen, *targets))
        schedule, windows = self._recipe.schedule, len(seen[0])
        losses: list[float] = []
        rates = adam_rates(schedule.rates(windows))
        for number, of_epoch in enumerate(np.split(rates, schedule.epochs)):
            loss, state = self.learn(state, data, shuffle(keys, number), of_epoch)
            losses.append(loss)
            if not math.isfinite(losses[-1]):
                raise ModelFailed(f"the training diverged: the loss of epoch {number + 1} is {losses[-1]}")
            on_epoch(number + 1, schedule.epochs, losses[-1])
        return state[0], tuple(losses)

    def learn(
        self, state: Float32Array, data: Sequence[Any], order: Integers, rates: Float32Array
    ) -> tuple[float, Float32Array]:
        """Learn from windows once, in this order; return their mean loss and the state after it.

        state: (3, weights), see `begin`
        data: what is seen and the targets
        rates: of each step, see `adam_rates`

        Raises ModelFailed where TensorFlow fails.
        """
        try:
            with one_thread():
                loss, learned = self._epoch(tuple(data), order.astype(np.int32), tf.constant(rates), tf.constant(state))
        except tf.errors.OpError as error:
            raise ModelFailed(f"TensorFlow could not train the network: {error.message.splitlines()[0]}") from error
        return float(loss), learned.numpy()

    def _run_epoch(self, data: Any, order: Any, rates: Any, state: Any) -> Any:
        count, batch_size = tf.shape(order)[0], self._recipe.schedule.batch_size
        total, weights, mean, square = tf.constant(0.0), state[0], state[1], state[2]
        for step in tf.range(tf.shape(rates)[0]):
            batch = order[step * batch_size : tf.minimum((step + 1) * batch_size, count)]
            loss, gradient = self._gradient(weights, [tf.gather(array, batch) for array in data])
            mean += (gradient - mean) * (1 - _KEEP_MEAN)
            square += (gradient * gradient - square) * (1 - _KEEP_SQUARE)
            weights -= rates[step] * mean / (tf.sqrt(square) + _TINY)
            total += loss * tf.cast(tf.size(batch), tf.float32)
        return total / tf.cast(count, tf.float32), tf.stack([weights, mean, square])

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def _gradient(self, weights: Any, batch: list[Any]) -> tuple[Any, Any]:
        """Loss of a batch and its gradient, whose norm is limited by the schedule's `clip_norm`."""
        seen, targets = batch[: self._seen], batch[self._seen :]
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss = self._recipe.loss(targets, self._network.outputs(weights, seen))
        gradient = tape.gradient(loss, weights)
        if math.isfinite(self._recipe.schedule.clip_norm):
            gradient *= tf.minimum(1.0, self._recipe.schedule.clip_norm / (tf.norm(gradient) + _TINY))
        return loss, gradient


def begin(weights: Float32Array) -> Float32Array:
    """The state before the first step: (3, weights), the weights and two means of their gradients."""
    return np.stack([weights, np.zeros_like(weights), np.zeros_like(weights)])


def adam_rates(rates: Float32Array, first: int = 0) -> Float32Array:
    """Learning rates of steps with Adam's bias correction, as its means start at zero; first: steps before them."""
    step = first + np.arange(1, len(rates) + 1)
    return np.asarray(rates * np.sqrt(1 - _KEEP_SQUARE**step) / (1 - _KEEP_MEAN**step), np.float32)


def train_weights(
    recipe: Network,
    weights: Float32Array,
    seen: Tensors,
    targets: Tensors,
    horizon: int,
    keys: Keys,
    on_epoch: OnEpoch,
) -> tuple[Float32Array, tuple[float, ...]]:
    """Train a recipe's network from these weights, see `Trainer.train`."""
    with COMPILING:
        trainer = _trainer(recipe, shapes_of(seen), shapes_of(targets), horizon)
    return trainer.train(weights, seen, targets, keys, on_epoch)


def shapes_of(arrays: Tensors) -> Shapes:
    """Shapes of arrays (n, …), without n."""
    return tuple(array.shape[1:] for array in arrays)


def train_network(
    recipe: Network, network: Any, seen: Tensors, targets: Tensors, horizon: int, keys: Keys, on_epoch: OnEpoch
) -> tuple[float, ...]:
    """Train a network of stock layers in place, see `Trainer.train`; return the loss of each epoch."""
    weights, losses = train_weights(recipe, read_weights(network), seen, targets, horizon, keys, on_epoch)
    set_weights(network, weights)
    return losses


@functools.lru_cache(maxsize=8)
def _trainer(recipe: Network, seen: Shapes, targets: Shapes, horizon: int) -> Trainer:
    """The trainer for windows of these shapes, shared by the process because compiling one takes as long as a fit."""
    return Trainer(recipe, seen, targets, horizon)
