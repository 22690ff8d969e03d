"""Training alone, on the published windows: the notebook's `fit`, PyTorch's LSTM, and ours, one after the other."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from schemas.config import Config
from tasks.models.fitting import FittedModel, fit
from tasks.models.history import History
from tasks.models.metrics import mae
from tasks.models.network import stacked_lstm
from tasks.models.recipe import Schedule
from tasks.models.recipes import prepare
from tasks.models.reference import Reference
from tasks.models.training import Trainer
from tasks.models.windows import Windows
from tests.benchmarks.accuracy import ORIGINS
from tests.benchmarks.peers import run_script
from tests.benchmarks.timing import run_timed
from tests.real_sales import read_history, require_real_sales

CUT = 30  # the last week of the published training windows' targets
UNITS = (4, 16, 32)
EPOCHS = 7  # of which the first warms up
SEEDS = (1, 2, 3)

Row = dict[str, Any]


class Sized(Reference):
    """The notebook's network with other numbers of units, learning in larger batches."""

    schedule = Schedule(epochs=EPOCHS, batch_size=256, learning_rate=lambda progress: np.full(len(progress), 0.003))

    def __init__(self, units: int) -> None:
        self.units = units

    def network(self, shape: tuple[int, int], horizon: int, seed: int, lstm: Any) -> Any:
        return stacked_lstm(shape, (self.units, self.units), horizon, seed=seed, lstm=lstm)


def measure() -> list[Row]:
    """First whole trainings of LSTM(4) -> LSTM(4), with their errors; then the epochs of several sizes."""
    sales = require_real_sales()
    history = read_history(sales)
    windows = prepare(history.until(CUT), Config(recipe="reference")).training
    return [*_whole_trainings(sales, history), *_epochs(windows)]


def _whole_trainings(sales: Path, history: History) -> Iterator[Row]:
    """The notebook's `fit` as it is, and the same recipe by ours: compiling included, then compiled."""
    notebook = json.loads(run_timed([sys.executable, "-m", "tests.benchmarks.notebook", sales]).stdout)
    theirs = notebook["seconds"]["train"]
    yield _row("the notebook's fit, 20 epochs", theirs, theirs, notebook["mae"])
    for seed in SEEDS:
        config = Config(recipe="reference", seed=seed)
        started = time.perf_counter()
        fitted = fit(prepare(history.until(CUT), config), config)
        seconds = time.perf_counter() - started
        name = f"ours, the same recipe, seed {seed}{', compiling included' if seed == SEEDS[0] else ''}"
        yield _row(name, seconds, theirs, _errors(history, fitted))


def _errors(history: History, fitted: FittedModel) -> list[float]:
    points, truth = [], []
    for origin in ORIGINS:
        past = history.until(origin)
        points.append(fitted.predict(fitted.recipe.inputs(past, fitted.scaler)).units)
        truth.append(history.after(origin, len(points[0][0])))
    return [float(error) for error in mae(np.concatenate(truth), np.concatenate(points))]


def _epochs(windows: Windows) -> Iterator[Row]:
    """The seconds of one epoch at batch 256, medians: PyTorch's and ours."""
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        file = Path(folder, "windows.npz")
        np.savez(file, inputs=windows.inputs, targets=np.asarray(windows.targets))
        theirs = run_script("torch_lstm", file, *UNITS)
    for units in UNITS:
        name = f"an epoch of LSTM({units}) -> LSTM({units})"
        yield _row(f"{name}, PyTorch's LSTM", theirs[str(units)], theirs[str(units)])
        yield _row(f"{name}, ours", _seconds_an_epoch(windows, units), theirs[str(units)])


def _seconds_an_epoch(windows: Windows, units: int) -> float:
    from tasks.models.backend import keras

    recipe, shape = Sized(units), windows.inputs.shape[1:]
    network = recipe.network(shape, 3, 1, keras.layers.LSTM)
    ended = [time.perf_counter()]
    Trainer(recipe, shape, 3).train(network, windows, 1, lambda *_: ended.append(time.perf_counter()))
    return float(np.median(np.diff(ended)[1:]))


def _row(training: str, seconds: float, theirs: float, errors: list[float] | None = None) -> Row:
    return {
        "training": training,
        "seconds": round(seconds, 3),
        "ratio": round(seconds / theirs, 3),
        "times as fast": round(theirs / seconds, 1),
        "MAE": round(statistics.mean(errors), 3) if errors else "",
    }
