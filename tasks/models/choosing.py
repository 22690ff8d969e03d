"""Who answers for each product, and why: the one place that decides it.

The first line that holds for a product names its method; the forecast is that of the last column.

    a product that never sold, or most likely died   inactive         the levels'
    a forecast out of all proportion                 mean_7           the mean of the last seven weeks
    fewer observed weeks than the recipe needs       short_history    the model's
    a simple method was promoted by the gate         its name         its own, with the model's interval or its own
    the network's weight is at least a quarter       lstm             the network's, weighed with the levels'
    the network has less weight                      blended_levels   the same

The gate, `tasks.gate.decision`, chooses the model, and whether a simple method answers, for all products.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from schemas.forecasts import NETWORK_METHOD, Reason
from tasks.baselines.fallback import forecast_short_history
from tasks.baselines.simple import mean_7
from tasks.models.arrays import Codes, Floats, Mask
from tasks.models.distribution import Distribution
from tasks.models.panel import Panel
from tasks.models.recipes.recipe import Forecast
from tasks.models.sanity import find_implausible

INACTIVE, SHORT_HISTORY, BLENDED_LEVELS = "inactive", "short_history", "blended_levels"
LEAST_WEIGHT = 0.25  # of the network, from which it is said to answer
_RECENT = 7  # weeks whose mean answers where a forecast is implausible


@dataclass(frozen=True)
class Answer:
    """What is published of n products.

    method: (n,)
    reason: (n,) why it is not the network, empty where it is
    code: (n,) the same as a `schemas.forecasts.Reason`
    weight: (n,) of the network
    """

    distribution: Distribution
    method: Codes
    reason: Codes
    code: Codes
    weight: Floats

    def select(self, rows: Mask) -> Self:
        """The answers for the products that a mask (n,) marks."""
        method, reason, code = (names[rows] for names in (self.method, self.reason, self.code))
        return type(self)(self.distribution.select(rows), method, reason, code, self.weight[rows])


@dataclass(frozen=True)
class Simple:
    """A simple method that answers for all products, see the table; with_interval: whether the interval is its own."""

    method: str
    reason: str
    forecast: Distribution
    own_interval: bool = True


def choose(panel: Panel, model: Forecast | None, fewest_weeks: int, simple: Simple | None = None) -> Answer:
    """Choose who answers for each product of a panel, as of its last week.

    model: what the recipe forecasts, None where there is no model; fewest_weeks: that the recipe needs. At least one of
    the two is there.
    """
    products = len(panel.codes)
    if model is None:
        if simple is None:
            raise TypeError("either a model or a simple method has to answer")
        return Answer(simple.forecast, *_named(products, simple.method, simple.reason, Reason.GATE), np.zeros(products))
    inactive, short = model.inactive, panel.observed < fewest_weeks
    distribution, weight = model.published, np.where(inactive, 0.0, model.weight)
    kept, followed = inactive | short, weight >= LEAST_WEIGHT
    method, reason, code = _named(products, NETWORK_METHOD, "", Reason.NETWORK)
    method[~followed], reason[~followed], code[~followed] = BLENDED_LEVELS, model.reason, Reason.LEVELS
    if simple:
        answers = simple.forecast
        if not simple.own_interval:
            sound = ~find_implausible(panel.units, distribution)
            around = distribution.select(sound).around(answers.units[sound], answers.mean[sound])
            answers = answers.replaced(sound, around)
        distribution = answers.replaced(kept, distribution.select(kept))
        method[:], reason[:], code[:], weight[~kept] = simple.method, simple.reason, Reason.GATE, 0.0
    wrong = find_implausible(panel.units, distribution) & ~inactive
    if wrong.any():
        horizon = distribution.mean.shape[1]
        distribution = distribution.replaced(wrong, forecast_short_history(panel.units[wrong, -_RECENT:], horizon))
        reason[wrong] = [f"implausible forecast of {name}" for name in method[wrong]]
        method[wrong], code[wrong], weight[wrong] = mean_7.__name__, Reason.IMPLAUSIBLE, 0.0
    short &= ~wrong
    observed = panel.observed
    method[short], method[inactive] = SHORT_HISTORY, INACTIVE
    code[short], code[inactive] = Reason.SHORT_HISTORY, Reason.INACTIVE
    reason[short] = [f"{weeks} of {fewest_weeks} weeks observed" for weeks in observed[short]]
    reason[inactive] = [
        f"no sale in {weeks} weeks" for weeks in _weeks_since_sale(panel.select(np.flatnonzero(inactive)))
    ]
    return Answer(distribution, method, reason, code, weight)


def alone(distribution: Distribution) -> Answer:
    """What the network or the levels would answer alone, for comparison; it is never published."""
    products = len(distribution.mean)
    return Answer(distribution, *_named(products, NETWORK_METHOD, "", Reason.NETWORK), np.ones(products))


def _named(products: int, method: str, reason: str, code: Reason) -> tuple[Codes, Codes, Codes]:
    return np.full(products, method, object), np.full(products, reason, object), np.full(products, code, object)


def _weeks_since_sale(panel: Panel) -> Codes:
    sold = panel.units > 0
    latest = np.where(sold.any(axis=1), sold[:, ::-1].argmax(axis=1), panel.observed)
    return np.asarray(latest, object)
