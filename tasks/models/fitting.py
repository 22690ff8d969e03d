"""A fitted model: how to fit it, forecast with it, and save it in a folder as `.keras` and JSON, never as a pickle."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from schemas.config import Config
from schemas.errors import ModelFailed
from tasks.models.history import Float32Array
from tasks.models.network.backend import keras
from tasks.models.network.fused import COMPILING, predict
from tasks.models.network.training import OnEpoch, trainer_for
from tasks.models.prediction import Prediction
from tasks.models.recipes.recipe import Answer, Recipe, Scaler
from tasks.models.recipes.registry import RECIPES, read_scaler
from tasks.models.windows import Windows

NETWORK_FILE = "network.keras"
SCALER_FILE = "scaler.json"
_BATCH = 65_536  # windows that the network takes at once


@dataclass(frozen=True)
class FittedModel:
    """A trained network of stock Keras layers, the scaler of its recipe, and the loss of each epoch."""

    network: keras.Model
    scaler: Scaler
    losses: tuple[float, ...] = ()

    @property
    def recipe(self) -> Recipe:
        """The recipe that it was made by."""
        return RECIPES[self.scaler.recipe]

    def answer(self, inputs: Windows) -> Answer:
        """Forecast every window, in units and in the windows' order."""
        return self.recipe.answer(_outputs(self.recipe, self.network, inputs, self.scaler), inputs, self.scaler)

    def candidates(self, inputs: Windows) -> dict[str, Prediction]:
        """Forecasts of the alternatives, see `Scaler.candidates`, by name, in units and in the windows' order."""
        outputs, scalers = _outputs(self.recipe, self.network, inputs, self.scaler), self.scaler.candidates()
        return {name: self.recipe.answer(outputs, inputs, scaler).prediction for name, scaler in scalers.items()}

    def save(self, folder: Path) -> None:
        """Write the network and its scaler into a folder, which is made where it does not exist."""
        folder.mkdir(parents=True, exist_ok=True)
        # Keras passes over what a disk refuses while it writes; the bytes that it meant are written here.
        with TemporaryDirectory(prefix="weekcast-") as here:
            saved = Path(here, NETWORK_FILE)
            self.network.save(saved)
            content = _without_times_and_addresses(saved)
        (folder / NETWORK_FILE).write_bytes(content)
        (folder / SCALER_FILE).write_text(self.scaler.model_dump_json(indent=2) + "\n", encoding="utf-8")


def fit(training: Windows, scaler: Scaler, config: Config, on_epoch: OnEpoch = lambda *_: None) -> FittedModel:
    """Train a new network on windows; the same data, configuration and seed give the same bytes.

    on_epoch: called after each epoch with its number, from 1, the number of epochs, and its loss. Where the windows are
    too few for the recipe, the network keeps its initial weights and there are no losses. Raises ModelFailed where the
    training diverges.
    """
    recipe = RECIPES[scaler.recipe]
    if not recipe.worth_training(training):
        return FittedModel(_draw(recipe, training, scaler, config), recipe.calibrate(None, training, scaler))
    network, learn = _prepare(recipe, training, scaler, config)
    parts = recipe.split_for_calibration(training)
    if parts is None:
        losses = learn(on_epoch)
        outputs = _outputs(recipe, network, training, scaler)
        return FittedModel(network, recipe.calibrate(outputs, training, scaler), losses)
    first, held_out = parts
    judge, learn_first = _prepare(recipe, first, scaler, config)
    with ThreadPoolExecutor(1) as beside:  # neither fit needs the other
        judging = beside.submit(learn_first, lambda *_: None)
        losses = learn(on_epoch)
        judging.result()
    return FittedModel(network, recipe.calibrate(_outputs(recipe, judge, held_out, scaler), held_out, scaler), losses)


def _prepare(
    recipe: Recipe, training: Windows, scaler: Scaler, config: Config
) -> tuple[Any, Callable[[OnEpoch], tuple[float, ...]]]:
    """A network of stock layers, drawn by the seed, and what trains it and returns the loss of each epoch."""
    network = _draw(recipe, training, scaler, config)
    seen, targets = recipe.seen(training), recipe.targets(training, scaler, config.seed)
    shapes = (tuple(array.shape[1:] for array in arrays) for arrays in (seen, targets))
    with COMPILING:
        trainer = trainer_for(recipe.name, *shapes, scaler.horizon)
    return network, partial(trainer.train, network, seen, targets, config.seed)


def _draw(recipe: Recipe, training: Windows, scaler: Scaler, config: Config) -> Any:
    shapes = [array.shape[1:] for array in recipe.seen(training)]
    return recipe.network(shapes, scaler.horizon, config.seed, keras.layers.LSTM)


def load(folder: Path, name: str = "") -> FittedModel:
    """Read what `FittedModel.save` wrote; raises ModelFailed where it cannot be read, as after a change of Keras.

    name: what messages call the folder.
    """
    try:
        network = keras.saving.load_model(folder / NETWORK_FILE, compile=False)
        scaler = read_scaler(json.loads((folder / SCALER_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, zipfile.BadZipFile) as error:
        reason = f"{error}".splitlines()[0] if f"{error}" else type(error).__name__
        raise ModelFailed(f"{name or folder}: Keras {keras.__version__} cannot read this model: {reason}") from error
    return FittedModel(network, scaler)


def _without_times_and_addresses(file: Path) -> bytes:
    """A `.keras` file without times and memory addresses, so that the same network gives the same bytes."""
    with zipfile.ZipFile(file) as saved:
        members = {name: saved.read(name) for name in saved.namelist()}
    members["metadata.json"] = re.sub(rb', "date_saved": "[^"]*"', b"", members["metadata.json"])
    numbers: dict[bytes, bytes] = {}
    members["config.json"] = re.sub(
        rb'(?<="shared_object_id": )\d+',
        lambda address: numbers.setdefault(address[0], b"%d" % len(numbers)),
        members["config.json"],
    )
    rewritten = io.BytesIO()
    with zipfile.ZipFile(rewritten, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return rewritten.getvalue()


def _outputs(recipe: Recipe, network: Any, windows: Windows, scaler: Scaler) -> Float32Array:
    """The network's raw outputs, (n, outputs), computed in batches that bound the memory."""
    seen = recipe.seen(windows)
    batches = (tuple(array[start : start + _BATCH] for array in seen) for start in range(0, len(windows), _BATCH))
    empty = np.empty((0, network.output_shape[-1]), np.float32)
    return np.concatenate([empty, *(predict(recipe, network, batch, scaler.horizon) for batch in batches)])
