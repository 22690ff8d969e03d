"""Pretraining: a stacked LSTM learns from simulated panels, pool after pool, and goes on where it was stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from tasks.models.arrays import Float32Array, Floats
from tasks.models.network.sequences import Moments
from tasks.models.pretraining.series import draw_sequences
from tasks.models.recipes.forecaster import Forecaster

_PANELS = 48  # of a pool
_STEPS = 50  # of a pool, about


@dataclass(frozen=True)
class Course:
    """How the network is pretrained.

    pools: how many, each learned from so many times; peak: the largest learning rate.
    """

    seed: int = 1
    pools: int = 100
    times: int = 2
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


def pretrain(course: Course, state_file: Path, workers: int = 1) -> tuple[Any, list[float]]:
    """Learn from all pools of a course; return the network, of stock layers, and the loss of each pool.

    state_file: keeps the state after each pool; where it is there, the course goes on from it.
    """
    from tasks.models.network.fused import read_weights, set_weights  # here: who draws pools needs no TensorFlow
    from tasks.models.network.layers import STOCK
    from tasks.models.network.training import Trainer, adam_rates, begin

    recipe, losses, state = Forecaster(), list[float](), None
    if state_file.exists():
        with np.load(state_file) as saved:
            state, losses = saved["state"], saved["losses"].tolist()
    trainer, network, started = None, None, time.monotonic()
    for number, series in enumerate(pools(course, len(losses), workers), len(losses)):
        seen, targets = (series.window, series.ahead), recipe.targets(series, series.form, number)
        if trainer is None or state is None:
            shapes, of_targets = (tuple(array.shape[1:] for array in arrays) for arrays in (seen, targets))
            trainer, network = (
                Trainer(recipe, shapes, of_targets, 0),
                recipe.network(shapes, 0, course.seed, STOCK),
            )
            state = begin(read_weights(network)) if state is None else state
        steps = -(-len(series) // recipe.schedule.batch_size)
        for again in range(course.times):
            first = (number * course.times + again) * _STEPS
            progress = (number * course.times + again + np.arange(steps) / steps) / (course.pools * course.times)
            order = np.random.default_rng([course.seed, number, again]).permutation(len(series))
            rates = adam_rates(course.rates(progress), first)
            loss, state = trainer.learn(state, (*seen, *targets), order, rates)
        losses.append(loss)
        np.savez(state_file, state=state, losses=np.array(losses))
        minutes = (time.monotonic() - started) / 60
        print(
            f"pool {number + 1} of {course.pools}: {len(series)} series, loss {loss:.4f}, {minutes:.1f} minutes",
            flush=True,
        )
    if state is not None:
        set_weights(network, state[0])
    return network, losses
