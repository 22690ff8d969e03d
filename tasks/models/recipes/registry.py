"""All recipes, by name, and which one a configuration asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.config import Config
from tasks.models.panel import Panel
from tasks.models.recipes.forecaster import Forecaster
from tasks.models.recipes.recipe import Prepared, Recipe, State
from tasks.models.recipes.reference import Reference

RECIPES: dict[str, Recipe] = {Forecaster.name: Forecaster(), Reference.name: Reference()}
_ASKED_FOR = {"auto": Forecaster.name, "counts": Forecaster.name, "values": Forecaster.name}  # names of the same recipe


def recipe_for(config: Config) -> Recipe:
    """The recipe that a configuration asks for."""
    return RECIPES[_ASKED_FOR.get(config.recipe, config.recipe)]


def prepare(panel: Panel, config: Config) -> Prepared:
    """What a fit at the panel's last week needs."""
    return recipe_for(config).prepare(panel, config)


def read_state(record: Mapping[str, Any]) -> State:
    """A state from its JSON; raises ValueError where this release does not know it."""
    if record["recipe"] not in RECIPES:
        raise ValueError(f"another release of Weekcast made it, by its recipe {record['recipe']!r}")
    return RECIPES[record["recipe"]].state.model_validate(record)
