"""A fitted model: how to fit it, predict by it, and save it in a folder as `.keras` and JSON, never as a pickle."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from schemas.config import Config
from schemas.errors import ModelFailed
from schemas.forecasts import NETWORK_METHOD
from tasks.models.arrays import Floats
from tasks.models.choosing import BLENDED_LEVELS, LEAST_WEIGHT
from tasks.models.network.backend import keras
from tasks.models.network.saving import save_network
from tasks.models.panel import Panel
from tasks.models.paths.pits import Pits
from tasks.models.recipes.recipe import Forecast, OnEpoch, Prepared, Recipe, State
from tasks.models.recipes.registry import RECIPES, read_state
from tasks.models.windows import Windows

NETWORK_FILE = "network.keras"
STATE_FILE = "scaler.json"


@dataclass(frozen=True)
class FittedModel:
    """A trained network of stock Keras layers, the state of its recipe, and the loss of each epoch."""

    network: keras.Model
    state: State
    losses: tuple[float, ...] = ()

    @property
    def recipe(self) -> Recipe:
        """The recipe that it was made by."""
        return RECIPES[self.state.recipe]

    @property
    def decision(self) -> tuple[str, ...]:
        """The method that answers for each class of volume, from low to high."""
        return tuple(NETWORK_METHOD if weight >= LEAST_WEIGHT else BLENDED_LEVELS for weight in self.state.weights)

    def measure(self, panel: Panel) -> pa.Table:
        """What all products have in common at the panel's last week."""
        return self.recipe.measure(panel, self.state)

    def find_change(self, panel: Panel, common: pa.Table) -> Floats:
        """By how much known inputs change what a panel's products sell, as a logarithm: (n, weeks + horizon)."""
        return self.recipe.find_change(self.state, common, panel)

    def past_pits(self, training: Windows, config: Config) -> Pits:
        """Where what was sold in past weeks lay in forecasts of them; training: the windows that it was fitted on."""
        return self.recipe.past_pits(self.network, training, self.state, config)

    def predict(self, panel: Panel, common: pa.Table | None = None) -> Forecast:
        """Forecast all products of a panel at its last week.

        common: what they have in common with all others, None where these are all.
        """
        return self.recipe.predict(self.network, self.state, self.measure(panel) if common is None else common, panel)

    def save(self, folder: Path) -> None:
        """Write the network and its state into a folder, which is made where it does not exist."""
        folder.mkdir(parents=True, exist_ok=True)
        save_network(self.network, folder / NETWORK_FILE)
        (folder / STATE_FILE).write_text(self.state.model_dump_json(indent=2) + "\n", encoding="utf-8")


def fit(prepared: Prepared, config: Config, on_epoch: OnEpoch = lambda *_: None) -> FittedModel:
    """Train a network; the same data, configuration and seed give the same bytes.

    on_epoch: called after each epoch with its number, from 1, the number of epochs, and its loss. Where the weeks are
    too few for the recipe, nothing is trained and there are no losses. Raises ModelFailed where the training diverges.
    """
    recipe = RECIPES[prepared.state.recipe]
    return FittedModel(*recipe.fit(prepared.training, prepared.state, config, on_epoch))


def load(folder: Path, name: str = "") -> FittedModel:
    """Read what `FittedModel.save` wrote; raises ModelFailed where it cannot be read, as after a change of Keras.

    name: what messages call the folder.
    """
    try:
        network = keras.saving.load_model(folder / NETWORK_FILE, compile=False)
        state = read_state(json.loads((folder / STATE_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, zipfile.BadZipFile) as error:
        reason = f"{error}".splitlines()[0] if f"{error}" else type(error).__name__
        raise ModelFailed(f"{name or folder}: Keras {keras.__version__} cannot read this model: {reason}") from error
    return FittedModel(network, state)
