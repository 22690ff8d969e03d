"""The recipes there are, by name, and how a configuration, or the sales themselves, choose one."""

from __future__ import annotations

import numpy as np

from schemas.config import Config
from tasks.models.history import History
from tasks.models.recipes.counts import Counts
from tasks.models.recipes.recipe import Prepared, Recipe, Scaler
from tasks.models.recipes.reference import Reference
from tasks.models.recipes.values import Values
from tasks.models.windows import Windows

RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in (Counts(), Values(), Reference())}

_GRAIN_MATTERS = 50.0  # units a week, in the median product, up to which counts are more than rough amounts
_SEASON_SHOWS = 5.0  # the same, from which a yearly season stands out of the grain
_TWO_YEARS = 104  # weeks, in the median product, after which a season can be learned


def recipe_for(config: Config, history: History) -> Recipe:
    """The recipe that a configuration asks for, or, where it leaves the choice, the one that suits the sales."""
    return RECIPES[choose_recipe(history) if config.recipe == "auto" else config.recipe]


def choose_recipe(history: History) -> str:
    """`counts` for small whole numbers; `values` for all else, and for whole numbers whose season can be learned."""
    if not history.whole:
        return Values.name
    known = ~np.isnan(history.units[:, -_TWO_YEARS:])
    sold = np.where(known, history.units[:, -_TWO_YEARS:], 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    usual = np.median(sold) if len(sold) else 0.0
    seasonal = len(sold) and np.median(history.observed) > _TWO_YEARS
    return Values.name if usual > (_SEASON_SHOWS if seasonal else _GRAIN_MATTERS) else Counts.name


def prepare(history: History, config: Config) -> Prepared:
    """Training windows, forecast inputs and scaler at the history's last week, from nothing after it."""
    return recipe_for(config, history).prepare(history, config)


def inputs_at(history: History, scaler: Scaler) -> Windows:
    """What a network prepared earlier, with that scaler, forecasts from at the history's last week."""
    return RECIPES[scaler["recipe"]].inputs(history, scaler)
