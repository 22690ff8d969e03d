"""The recipes there are, by name, and how a configuration chooses one."""

from __future__ import annotations

from schemas.config import Config
from tasks.models.counts import Counts
from tasks.models.history import History
from tasks.models.recipe import Prepared, Recipe, Scaler
from tasks.models.reference import Reference
from tasks.models.windows import Windows

RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in (Counts(), Reference())}
_AUTO = Counts.name


def recipe_for(config: Config) -> Recipe:
    """The recipe that a configuration asks for."""
    return RECIPES[_AUTO if config.recipe == "auto" else config.recipe]


def prepare(history: History, config: Config) -> Prepared:
    """Training windows, forecast inputs and scaler at the history's last week, from nothing after it."""
    return recipe_for(config).prepare(history, config)


def inputs_at(history: History, scaler: Scaler) -> Windows:
    """What a network prepared earlier, with that scaler, forecasts from at the history's last week."""
    return RECIPES[scaler["recipe"]].inputs(history, scaler)
