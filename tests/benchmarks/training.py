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
from tasks.models.evaluation.metrics import absolute_error
from tasks.models.fitting import FittedModel
from tasks.models.arrays import Floats
from tasks.models.panel import Panel
from tasks.models.network.backend import keras
from tasks.models.network.lstm import stacked_lstm
from tasks.models.network.training import Trainer
from tasks.models.recipes.recipe import Prepared, Schedule
from tasks.models.recipes.reference import Reference, ReferenceScaler
from tasks.models.recipes.registry import inputs_at, prepare
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

    def network(self, shapes: Sequence[tuple[int, ...]], horizon: int, seed: int, lstm: Any) -> Any:
        return stacked_lstm(shapes[0], (self.units, self.units), horizon, seed=seed, lstm=lstm)


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
    windows, scaler = prepared.training, ReferenceScaler.model_validate(prepared.scaler.model_dump())
    shape = windows.inputs.shape[1:]
    started = time.perf_counter()
    trainer = Trainer(recipe, (shape,), ((HORIZON,),), HORIZON)
    for seed in SEEDS:
        network = recipe.network([shape], HORIZON, seed, keras.layers.LSTM)
        trainer.train(network, recipe.seen(windows), recipe.targets(windows, scaler, seed), seed, lambda *_: None)
        seconds = time.perf_counter() - started
        fitted = FittedModel(network, recipe.calibrate(np.asarray(network(windows.inputs)), windows, scaler))
        yield seconds, _errors(history, fitted)
        started = time.perf_counter()


def _errors(history: Panel, fitted: FittedModel) -> list[float]:
    points = [fitted.answer(windows).prediction.units for windows in inputs_at(history, ORIGINS, fitted.scaler)]
    truth = [history.after(origin, HORIZON) for origin in ORIGINS]
    return [float(error) for error in absolute_error(np.concatenate(truth), np.concatenate(points)).mean(axis=0)]


def _epochs(windows: Windows) -> Iterator[Row]:
    """Median seconds of one epoch with batches of 256: PyTorch's and ours."""
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        file = Path(folder, "windows.npz")
        np.savez(file, inputs=windows.inputs, targets=np.asarray(windows.targets))
        theirs = run_script("torch_lstm", file, *UNITS)
    for units in UNITS:
        name = f"an epoch of LSTM({units}) -> LSTM({units})"
        yield _row(f"{name}, PyTorch's LSTM", theirs[str(units)], theirs[str(units)])
        yield _row(f"{name}, ours", _seconds_an_epoch(windows, units), theirs[str(units)])


def _seconds_an_epoch(windows: Windows, units: int) -> float:
    recipe = Sized(units, Schedule(EPOCHS, 256, _cosine))
    shape, targets = windows.inputs.shape[1:], (np.asarray(windows.targets),)
    network = recipe.network([shape], HORIZON, 1, keras.layers.LSTM)
    ended = [time.perf_counter()]
    trainer = Trainer(recipe, (shape,), ((HORIZON,),), HORIZON)
    trainer.train(network, recipe.seen(windows), targets, 1, lambda *_: ended.append(time.perf_counter()))
    return float(np.median(np.diff(ended)[1:]))


def _row(training: str, seconds: float, theirs: float, errors: list[float] | None = None) -> Row:
    return {
        "training": training,
        "seconds": round(seconds, 3),
        "ratio": round(seconds / theirs, 3),
        "times as fast": round(theirs / seconds, 1),
        "MAE": round(statistics.mean(errors), 3) if errors else "",
    }
