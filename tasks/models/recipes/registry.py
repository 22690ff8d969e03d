"""All recipes, by name, and which one a configuration asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemas.config import Config
from tasks.models.history import History
from tasks.models.levels.panel import Panel
from tasks.models.recipes.levels import Levels
from tasks.models.recipes.recipe import Prepared, Recipe, Scaler
from tasks.models.recipes.reference import Reference
from tasks.models.windows import Windows

RECIPES: dict[str, Recipe] = {Levels.name: Levels(), Reference.name: Reference()}
_ASKED_FOR = {"auto": Levels.name, "counts": Levels.name, "values": Levels.name}  # three names of the same recipe


def recipe_for(config: Config) -> Recipe:
    """The recipe that a configuration asks for."""
    return RECIPES[_ASKED_FOR.get(config.recipe, config.recipe)]


def prepare(history: History, config: Config) -> Prepared:
    """Training windows, inputs and scaler for a fit and a forecast at the history's last week."""
    return recipe_for(config).prepare(history, config)


def inputs_at(
    history: History, origins: Sequence[int], scaler: Scaler, panel: Panel | None = None
) -> Iterator[Windows]:
    """Yield the windows that a network with this scaler forecasts from, for each origin, in ascending order.

    panel: measured on other products of the same panel; None where these products are the panel.
    """
    return RECIPES[scaler.recipe].inputs(history, origins, scaler, panel)


def rescale(windows: Windows, scaler: Scaler, other: Scaler) -> Windows | None:
    """Windows as another fit's scaler makes them, see `Recipe.rescale`; None where they have to be made anew."""
    if scaler.recipe != other.recipe or scaler.horizon != other.horizon:
        return None
    return RECIPES[scaler.recipe].rescale(windows, scaler, other)


def read_scaler(record: Mapping[str, Any]) -> Scaler:
    """A scaler from its JSON."""
    return RECIPES[record["recipe"]].scaler.model_validate(record)
