"""Why recipe `levels` is as it is: the errors after one part is changed, at early origins of the real panels.

The last targets are at least 28 weeks before a panel's end, and at most in W27 of the real file: none of them is among
the weeks on which the README's tables are measured. A row has the geometric mean over panels and origins of each error,
relative to the unchanged recipe. A difference of 0.002 is hardly more than chance. Parts that gain nothing here are
there for panels of other kinds: a few products, products in other units, levels that break.

    choice                                           MAE    RMSE  pinball
    the levels alone, no network                  1.0186  1.0189   1.0169
    the network without shrinkage                 0.9996  1.0165   1.0052
    2 epochs                                      0.9984  0.9975   0.9983
    8 epochs                                      1.0014  1.0081   1.0000
    32 units                                      1.0011  1.0031   0.9983
    common shocks kept in the targets             1.0000  1.0067   1.0034
    means learned from usual weeks                0.9992  1.0015   0.9995
    the network used if better at all             0.9982  1.0000   0.9990
    the largest products not weighted down        0.9994  0.9997   1.0000
    no weights of a product's own                 1.0014  1.0047   1.0028
    no weak weights of a product's own            1.0006  1.0012   1.0005
    candidates' own errors not counted            0.9977  1.0001   0.9988
    no group of products that left their level    0.9995  1.0004   0.9991
    no slack for chance                           0.9997  0.9999   1.0005
    peers never preferred                         0.9993  1.0046   1.0014
    no season                                     1.0037  1.0077   1.0055
    no season of products that move alike         1.0036  1.0070   1.0047
    a season of two years                         0.9991  1.0067   1.0010
    means not corrected                           0.9992  1.0044   1.0000
    the median recalibrated with no more caution  1.0023  0.9998   1.0009
    quantiles not recalibrated                    0.9954  1.0006   1.0028
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from schemas.config import Config
from tasks.models.evaluation.tally import score
from tasks.models.fitting import fit
from tasks.models.panel import Panel
from tasks.models.levels import departure, group_errors, market, weights
from tasks.models.levels.seasons import movement, season
from tasks.models.network import lstm
from tasks.models.recipes import levels
from tasks.models.recipes.registry import RECIPES, prepare
from tasks.models.uncertainty import calibration, recalibration, surprises
from tests.real_sales import list_panels, read_history

HORIZON = 3
EARLY = (55, 43, 31)  # weeks before a panel's end
_EARLY_OF_A_YEAR = (35, 31, 27)  # of the real file, which has one year only

Row = dict[str, Any]
Change = tuple[types.ModuleType, str, Any]


def _epochs(count: int) -> Change:
    recipe = RECIPES["levels"]
    return (levels, "Levels.schedule", replace(recipe.schedule, epochs=count))


def _usual_weeks(*args: Any) -> tuple[Any, Any]:
    units, lift = surprises.leave_out_common_shocks(*args)
    return units, np.ones_like(lift)


CHOICES: dict[str, tuple[Change, ...]] = {
    "as it is": (),
    "the levels alone, no network": ((levels, "_FEWEST_ORIGINS", 1000),),
    "the network without shrinkage": (
        (calibration, "_SHARES", (1.0,)),
        (calibration, "_USUAL", 1.0),
        (calibration, "_WORTH", -1.0),
    ),
    "2 epochs": (_epochs(2),),
    "8 epochs": (_epochs(8),),
    "32 units": ((lstm, "_JOINED_UNITS", 32),),
    "common shocks kept in the targets": ((levels, "leave_out_common_shocks", lambda units, *_: (units, np.ones(1))),),
    "means learned from usual weeks": ((levels, "leave_out_common_shocks", _usual_weeks),),
    "the network used if better at all": ((calibration, "_WORTH", 0.0),),
    "the largest products not weighted down": ((surprises, "_LARGEST", 1.0),),
    "no weights of a product's own": ((weights, "_powers", lambda ratio: (ratio**0, ratio**0)),),
    "no weak weights of a product's own": ((weights, "_powers", lambda ratio: (ratio**16, ratio**16)),),
    "candidates' own errors not counted": ((group_errors, "_ALONE", 0.0),),
    "no group of products that left their level": ((departure, "_LEFT", 1e9),),
    "no slack for chance": ((weights, "_SLACK", 1.0),),
    "peers never preferred": ((weights, "_WORSE", 0.0),),
    "no season": ((season, "_YEAR_BEFORE", 10_000),),
    "no season of products that move alike": ((movement, "_PRIOR_WEEKS", 1e9),),
    "a season of two years": ((season, "LAGS", (52, 104)),),
    "means not corrected": ((market, "shrink", lambda *_: 0.0),),
    "the median recalibrated with no more caution": ((recalibration, "_CAUTION", 1.0),),
    "quantiles not recalibrated": ((recalibration, "_FEWEST_WEEKS", 1e9),),
}


def measure() -> list[Row]:
    """One row a choice."""
    panels = [read_history(file) for file in list_panels()]
    usual = _errors_of(panels)
    rows = []
    for name, changes in CHOICES.items():
        with _changed(changes):
            ratios = np.exp(np.log(_errors_of(panels) / usual).mean(axis=0)) if changes else np.ones(3)
        rows.append({"choice": name} | dict(zip(("MAE", "RMSE", "pinball"), np.round(ratios, 4).tolist(), strict=True)))
    return rows


def _errors_of(panels: list[Panel]) -> Any:
    """MAE, RMSE and pinball loss at each panel's early origins: (panels * origins, 3)."""
    errors = []
    for history in panels:
        weeks = len(history.weeks)
        for before in EARLY if weeks > 2 * EARLY[0] - 10 else _EARLY_OF_A_YEAR:
            origin = history.last_week - before
            prepared = prepare(history.until(origin), Config(horizon=HORIZON))
            fitted = fit(prepared.training, prepared.scaler, Config(horizon=HORIZON))
            scores = score(history.after(origin, HORIZON), fitted.answer(prepared.inputs).prediction)
            errors.append((scores.mae.mean(), np.sqrt((scores.rmse**2).mean()), scores.pinball.mean()))
    return np.array(errors)


@contextmanager
def _changed(changes: tuple[Change, ...]) -> Iterator[None]:
    """Change these attributes of the recipe's modules within the block."""
    kept = []
    for module, path, value in changes:
        owner, name = module, path
        if "." in path:
            owner, name = getattr(module, path.partition(".")[0]), path.partition(".")[2]
        kept.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)
    from tasks.models.network.fused import compile_prediction
    from tasks.models.network.training import trainer_for

    compiled = (trainer_for, compile_prediction)  # with the attributes as they were
    for function in compiled:
        function.cache_clear()
    try:
        yield
    finally:
        for owner, name, value in kept:
            setattr(owner, name, value)
        for function in compiled:
            function.cache_clear()
