"""The time of training only, on the published windows: the notebook's `fit`, PyTorch's LSTM, and Weekcast."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from schemas.config import Config
from schemas.forecasts import GRID
from tasks.evaluation.metrics import absolute_error
from tasks.models.arrays import Float32Array, Floats
from tasks.models.network.layers import STOCK
from tasks.models.network.stacked import stacked_lstm
from tasks.models.network.training import train_network
from tasks.models.panel import Panel
from tasks.models.recipes.recipe import Prepared, Schedule
from tasks.models.recipes.reference import Reference
from tasks.models.recipes.registry import prepare
from tasks.models.sample import Keys
from tasks.models.windows import Windows
from tests.benchmarks.accuracy import HORIZON, ORIGINS
from tests.benchmarks.measuring.timing import run_timed
from tests.benchmarks.peers import run_script
from tests.real_sales import read_history, require_real_sales

CUT = 30  # the last week of the published training windows' targets
UNITS = (4, 16, 32)
EPOCHS = 7  # the first is not counted, because it warms up
SEEDS = (1, 2, 3)

Row = dict[str, Any]


class Sized(Reference):
    """The notebook's network with any number of units and any schedule."""

    def __init__(self, units: int, schedule: Schedule) -> None:
        self.units, self.schedule = units, schedule

    def network(self, shapes: Sequence[tuple[int, ...]], horizon: int, seed: int, layers: Any) -> Any:
        return stacked_lstm(shapes[0], (self.units, self.units), horizon, seed=seed, lstm=layers.lstm)


def _cosine(progress: Floats) -> Floats:
    return 0.02 * (1 + np.cos(np.pi * progress)) / 2


SAME = Sized(4, Reference.schedule)
QUICK = Sized(4, Schedule(epochs=10, batch_size=128, learning_rate=_cosine))


def measure() -> list[Row]:
    """Rows of whole trainings of LSTM(4) -> LSTM(4), with their errors; then rows of single epochs of several sizes."""
    sales = require_real_sales()
    history = read_history(sales)
    prepared = prepare(history.until(CUT), Config(recipe="reference"))
    return [*_whole_trainings(sales, history, prepared), *_epochs(prepared.training)]


def _whole_trainings(sales: Path, history: Panel, prepared: Prepared) -> Iterator[Row]:
    """The notebook's `fit`, then ours on the same windows and network, with the same steps and with larger ones."""
    notebook = json.loads(run_timed([sys.executable, "-m", "tests.benchmarks.notebook", sales]).stdout)
    theirs = notebook["seconds"]["train"]
    yield _row("the notebook's fit: 20 epochs, batch 32", theirs, theirs, notebook["mae"])
    for name, recipe in (("20 epochs, batch 32", SAME), ("10 epochs, batch 128", QUICK)):
        for seed, (seconds, errors) in zip(SEEDS, _train(recipe, history, prepared), strict=True):
            compiling = ", compiling included" if seed == SEEDS[0] else ""
            yield _row(f"ours: {name}, seed {seed}{compiling}", seconds, theirs, errors)


def _train(recipe: Sized, history: Panel, prepared: Prepared) -> Iterator[tuple[float, list[float]]]:
    """Seconds and errors of a training with each seed; the first compiles."""
    window, truth = _arrays(prepared.training)
    for seed in SEEDS:
        started = time.perf_counter()
        network = recipe.network([window.shape[1:]], HORIZON, seed, STOCK)
        train_network(recipe, network, (window,), (truth,), HORIZON, _draw_keys(len(window), seed), lambda *_: None)
        seconds = time.perf_counter() - started
        yield seconds, _errors(history, recipe, network, prepared.state)


def _draw_keys(windows: int, seed: int) -> Keys:
    """Keys that give so many windows an order by chance."""
    return np.random.default_rng(seed).integers(2**64, size=windows, dtype=np.uint64)


def _arrays(windows: Windows) -> tuple[Float32Array, Float32Array]:
    """What the network sees, (n, lookback, 1), and the truth, (n, horizon)."""
    return windows.arrays["window"][:, :, np.newaxis], windows.arrays["truth"]


def _errors(history: Panel, recipe: Sized, network: Any, state: Any) -> list[float]:
    """The mean absolute error of each week ahead."""
    no_interval = state.model_copy(update={"errors": np.zeros((HORIZON, len(GRID)))})  # it is not measured
    errors = []
    for origin in ORIGINS:
        past = history.until(origin)
        forecast = recipe.predict(network, no_interval, recipe.measure(past, no_interval), past).published
        errors.append(absolute_error(history.after(origin, HORIZON), forecast.units))
    return [float(error) for error in np.concatenate(errors).mean(axis=0)]


def _epochs(windows: Windows) -> Iterator[Row]:
    """Median seconds of one epoch with batches of 256: PyTorch's and ours."""
    window, truth = _arrays(windows)
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        file = Path(folder, "windows.npz")
        np.savez(file, inputs=window, targets=truth)
        theirs = run_script("torch_lstm", file, *UNITS)
    for units in UNITS:
        name = f"an epoch of LSTM({units}) -> LSTM({units})"
        yield _row(f"{name}, PyTorch's LSTM", theirs[str(units)], theirs[str(units)])
        yield _row(f"{name}, ours", _seconds_an_epoch(window, truth, units), theirs[str(units)])


def _seconds_an_epoch(window: Float32Array, truth: Float32Array, units: int) -> float:
    recipe = Sized(units, Schedule(EPOCHS, 256, _cosine))
    network = recipe.network([window.shape[1:]], HORIZON, 1, STOCK)
    ended, keys = list[float](), _draw_keys(len(window), 1)
    train_network(recipe, network, (window,), (truth,), HORIZON, keys, lambda *_: ended.append(time.perf_counter()))
    return float(np.median(np.diff(ended)))


def _row(training: str, seconds: float, theirs: float, errors: list[float] | None = None) -> Row:
    return {
        "training": training,
        "seconds": round(seconds, 3),
        "ratio": round(seconds / theirs, 3),
        "times as fast": round(theirs / seconds, 1),
        "MAE": round(statistics.mean(errors), 3) if errors else "",
    }
