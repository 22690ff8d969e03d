"""Pretraining: a stacked LSTM learns from simulated panels, pool after pool, and goes on where it was stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.models.arrays import Float32Array, Floats
from tasks.models.network.inputs import AHEAD, WEEKLY, WEEKS
from tasks.models.network.sequences import Moments
from tasks.models.recipes.forecaster import Forecaster
from tasks.models.recipes.recipe import Tensors
from tasks.pretraining.series import AHEAD as AHEAD_LEARNED
from tasks.pretraining.series import draw_sequences

if TYPE_CHECKING:
    from tasks.models.network.training import Trainer

_PANELS = 24  # of a pool
_STEPS = 110  # of a pool, about


@dataclass(frozen=True)
class Course:
    """How the network is pretrained.

    pools: how many, each learned from once; peak: the largest learning rate.
    """

    seed: int = 1
    pools: int = 100
    peak: float = 0.002

    def rates(self, progress: Floats) -> Float32Array:
        """The learning rates after these shares, 0 to 1, of the course."""
        warm = np.minimum(1.0, progress * 50 + 0.01)
        return np.asarray(self.peak * warm * (0.01 + 0.99 * (1 + np.cos(np.pi * progress)) / 2), np.float32)


def draw_pool(seed: int, number: int) -> Moments:
    """The series of one pool, drawn by the seed and its number."""
    return Moments.join([draw_sequences(seed, number * _PANELS + panel) for panel in range(_PANELS)])


def pools(course: Course, first: int, workers: int) -> Iterator[Moments]:
    """Yield the pools of a course from this one on, drawn ahead by other processes."""
    with ProcessPoolExecutor(workers, get_context("spawn")) as processes:
        waiting: list[Future[Moments]] = []
        for number in range(first, course.pools):
            while len(waiting) <= workers and number + len(waiting) < course.pools:
                waiting.append(processes.submit(draw_pool, course.seed, number + len(waiting)))
            yield waiting.pop(0).result()


def pretrain(
    course: Course, state_file: Path, on_pool: Callable[[int, float], None], workers: int = 2
) -> tuple[Any, list[float]]:
    """Learn from all pools of a course; return the network, of stock layers, and the loss of each pool.

    state_file: keeps the state after each pool; where it is there, the course goes on from it
    on_pool: called with the number of pools that are done, and the loss of the last one
    workers: processes that draw panels
    """
    from tasks.models.network.fused import read_weights, set_weights  # here: who draws pools needs no TensorFlow
    from tasks.models.network.layers import STOCK
    from tasks.models.network.training import Trainer, begin, shapes_of

    recipe = Forecaster()
    network = recipe.network(((WEEKS, len(WEEKLY)), (AHEAD_LEARNED, len(AHEAD))), AHEAD_LEARNED, course.seed, STOCK)
    state, losses = begin(read_weights(network)), list[float]()
    if state_file.exists():
        with np.load(state_file) as saved:
            state, losses = saved["state"], saved["losses"].tolist()
    trainer: Trainer | None = None
    for number, series in enumerate(pools(course, len(losses), workers), len(losses)):
        keys = np.random.default_rng([course.seed, number]).integers(2**64, size=len(series), dtype=np.uint64)
        seen, targets = (series.window, series.ahead), series.targets(series.form, keys)
        trainer = trainer or Trainer(recipe, shapes_of(seen), shapes_of(targets), 0)
        loss, state = _learn(trainer, course, number, state, (*seen, *targets))
        losses.append(loss)
        np.savez(state_file, state=state, losses=np.array(losses))
        on_pool(number + 1, loss)
    set_weights(network, state[0])
    return network, losses


def _learn(
    trainer: Trainer, course: Course, number: int, state: Float32Array, data: Tensors
) -> tuple[float, Float32Array]:
    """Learn from one pool: its mean loss, and the state after it."""
    from tasks.models.network.training import adam_rates

    count = len(data[0])
    steps = -(-count // Forecaster.schedule.batch_size)
    progress = (number + np.arange(steps) / steps) / course.pools
    order = np.random.default_rng([course.seed, number]).permutation(count)
    return trainer.learn(state, data, order, adam_rates(course.rates(progress), number * _STEPS))
