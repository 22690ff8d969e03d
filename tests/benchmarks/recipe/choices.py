"""Why the recipe `forecaster` is as it is: the errors after one part is changed, at early origins of the real panels.

The last targets are at least 28 weeks before a panel's end, and at most in W27 of the real file: none of them is among
the weeks on which the README's tables are measured. A row has the geometric mean over panels and origins of each error
of what is published, relative to the unchanged recipe. A difference of 0.002 is hardly more than chance. Parts that
gain nothing here are there for panels of other kinds. `make benchmark ONLY=choices` takes hours.

(the table is written by a run)
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from schemas.config import Config
from tasks.evaluation.tally import score
from tasks.models.arrays import Floats
from tasks.models.choosing import choose
from tasks.models.filter import surprise, survival, weights
from tasks.models.filter.seasons import movements, season, special_weeks
from tasks.models.fitting import fit
from tasks.models.network import inputs
from tasks.models.panel import Panel
from tasks.models.recipes import finetuning, forecaster, trust, volume
from tasks.models.recipes.registry import prepare
from tests.real_sales import list_panels, name_panel, read_history

HORIZON = 3
EARLY = (55, 43, 31)  # weeks before a panel's end
_EARLY_OF_A_YEAR = (35, 31, 27)  # of the real file, which has one year only
_NEVER, _ALL = 10_000, 1e9

Row = dict[str, Any]
Change = tuple[types.ModuleType, str, Any]

AS_IT_IS, LEVELS_ALONE = "as it is", "the levels alone, no network"
# Choices that a setting can change, and those that an attribute of a module can.
SETTINGS: dict[str, Mapping[str, Any]] = {
    "the network as it is shipped": {"network": "pretrained"},
    "the network from random weights": {"network": "random"},
    "no peers and no market": {"pooling": "off"},
}
CHOICES: dict[str, tuple[Change, ...]] = {
    LEVELS_ALONE: ((trust, "_WEIGHTS", np.zeros(1)),),
    "the network alone, no levels": ((trust, "_WEIGHTS", np.ones(1)),),
    "the network's weight by its loss alone": ((trust, "_DOUBT", 0.0),),
    "fine-tuned all the way": ((finetuning, "_LEFT", np.ones(1)),),
    "twice the epochs": ((forecaster, "Forecaster.schedule", replace(forecaster.Forecaster.schedule, epochs=6)),),
    "no season": ((season, "_YEAR_BEFORE", _NEVER), (inputs, "_YEAR_BEFORE", _NEVER)),
    "no special weeks": ((special_weeks, "_FIRST", _NEVER),),
    "no season of products that move alike": ((movements, "_PRIOR_WEEKS", _ALL),),
    "no season of a product's own": ((season, "_PRIOR_UNITS", _ALL),),
    "no weights of a product's own": ((weights, "_OWN_PRIOR", _ALL),),
    "every product lives on": ((survival, "_DIES", 1 / _ALL),),
    "nothing of what others sold last week": ((surprise, "_SUREST", 0.0),),
    "one class of volume": ((volume, "_FEWEST", _ALL),),
}


def measure() -> list[Row]:
    """One row a choice."""
    return compare({name_panel(file): early_origins(read_history(file)) for file in list_panels()})


def early_origins(panel: Panel) -> list[tuple[Panel, int]]:
    """A panel with each of its origins."""
    before = EARLY if len(panel.weeks) > 2 * EARLY[0] - 10 else _EARLY_OF_A_YEAR
    return [(panel, panel.last_week - weeks) for weeks in before]


def compare(panels: Mapping[str, Sequence[tuple[Panel, int]]]) -> list[Row]:
    """One row a choice, from these panels and origins."""
    asked = [origin for origins in panels.values() for origin in origins]
    usual = errors_of(asked, {})
    rows = [{"choice": AS_IT_IS} | mean_ratios(usual / usual)]
    for name, settings in SETTINGS.items():
        rows.append({"choice": name} | mean_ratios(errors_of(asked, settings) / usual))
    for name, changes in CHOICES.items():
        with changed(changes):
            rows.append({"choice": name} | mean_ratios(errors_of(asked, {}) / usual))
    return rows


def mean_ratios(ratios: Floats) -> Row:
    """The geometric mean over origins of each error's ratio: (origins, 3)."""
    means = np.exp(np.log(ratios).mean(axis=0))
    return dict(zip(("MAE", "RMSE", "pinball"), np.round(means, 4).tolist(), strict=True))


def errors_of(asked: Sequence[tuple[Panel, int]], settings: Mapping[str, Any]) -> Floats:
    """MAE, RMSE and pinball loss of what is published at each origin: (origins, 3)."""
    config, errors = Config(horizon=HORIZON, **settings), []
    for panel, origin in asked:
        past = panel.until(origin)
        prepared = prepare(past, config)
        fitted = fit(prepared, config)
        answer = choose(past, fitted.predict(past, prepared.common), fitted.state.fewest_weeks)
        scores = score(panel.after(origin, HORIZON), answer.distribution)
        errors.append((scores.mae.mean(), np.sqrt((scores.rmse**2).mean()), scores.pinball.mean()))
    return np.array(errors)


@contextmanager
def changed(changes: Sequence[Change]) -> Iterator[None]:
    """Change these attributes of modules, or of a class in one, within the block."""
    kept = []
    for module, path, value in changes:
        owner, _, name = path.rpartition(".")
        holder = getattr(module, owner) if owner else module
        kept.append((holder, name, getattr(holder, name)))
        setattr(holder, name, value)
    try:
        yield
    finally:
        for holder, name, value in kept:
            setattr(holder, name, value)
