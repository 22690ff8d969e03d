"""Who answers for each product, and why: the one place that decides it.

The first line that holds for a product names its method; the forecast is that of the last column.

    a product that was discontinued                  inactive         zero
    a product without any sales yet                  launch           what others sold after their launch
    a product that never sold, or most likely died   inactive         the levels'
    a forecast out of all proportion                 mean_7           the mean of the last seven weeks
    fewer observed weeks than the recipe needs       short_history    the model's
    a simple method was promoted by the gate         its name         its own, with the model's interval or its own
    the network's weight is at least a quarter       lstm             the network's, weighed with the levels'
    the network has less weight                      blended_levels   the same

The gate, `tasks.gate.decision`, chooses the model, and whether a simple method answers, for all products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from schemas.forecasts import NETWORK_METHOD, Reason
from tasks.baselines.fallback import forecast_short_history
from tasks.baselines.simple import mean_7
from tasks.models.arrays import Codes, Floats, Integers, Mask
from tasks.models.distribution import Distribution
from tasks.models.panel import Panel
from tasks.models.recipes.recipe import Forecast
from tasks.models.sanity import find_implausible

INACTIVE, SHORT_HISTORY, BLENDED_LEVELS, LAUNCH = "inactive", "short_history", "blended_levels", "launch"
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

    def select(self, rows: Mask | Integers) -> Self:
        """The answers for the products that a mask (n,) marks, or for those at these positions."""
        method, reason, code = (names[rows] for names in (self.method, self.reason, self.code))
        return type(self)(self.distribution.select(rows), method, reason, code, self.weight[rows])

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """The answers for the products of several parts, in their order."""
        distribution = Distribution.join([part.distribution for part in parts])
        names = ("method", "reason", "code", "weight")
        return cls(distribution, *(np.concatenate([getattr(part, name) for part in parts]) for name in names))


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
    return _in_time(panel, _choose(panel, model, fewest_weeks, simple))


def launch(panel: Panel, forecast: Distribution, reasons: Codes) -> Answer:
    """The answer for products without any sales yet; reasons: (n,)."""
    answers = _Answers(forecast, np.zeros(len(panel.codes)))
    answers.name(np.ones(len(panel.codes), bool), LAUNCH, reasons, Reason.LAUNCH)
    return _in_time(panel, answers)


def _in_time(panel: Panel, answers: _Answers) -> Answer:
    """The answers from a product's launch on, and up to its end."""
    ahead = panel.last_week + 1 + np.arange(answers.distribution.mean.shape[1])
    if panel.starts is not None:
        starts = np.where(np.isinf(panel.starts), -np.inf, panel.starts)
        answers.sell_nothing(ahead < starts[:, np.newaxis])
    if panel.ends is not None:
        answers.stop(panel.ends, ahead)
    return answers.as_one()


def _choose(panel: Panel, model: Forecast | None, fewest_weeks: int, simple: Simple | None) -> _Answers:
    products = len(panel.codes)
    if model is None:
        if simple is None:
            raise TypeError("either a model or a simple method has to answer")
        answers = _Answers(simple.forecast, np.zeros(products))
        answers.name(np.ones(products, bool), simple.method, simple.reason, Reason.GATE)
        return answers
    inactive, short = model.inactive, panel.observed < fewest_weeks
    answers = _Answers(model.published, np.where(inactive, 0.0, model.weight))
    answers.name(answers.weight < LEAST_WEIGHT, BLENDED_LEVELS, model.reason, Reason.LEVELS)
    if simple:
        answers.leave_to(simple, panel, ~(inactive | short))
    wrong = find_implausible(panel.units, answers.distribution) & ~inactive
    if wrong.any():
        answers.take_back(wrong, panel)
    short &= ~wrong
    told = [f"{weeks} of {fewest_weeks} weeks observed" for weeks in panel.observed[short]]
    answers.name(short, SHORT_HISTORY, told, Reason.SHORT_HISTORY)
    gone = _weeks_since_sale(panel.select(np.flatnonzero(inactive)))
    answers.name(inactive, INACTIVE, [f"no sale in {weeks} weeks" for weeks in gone], Reason.INACTIVE)
    return answers


class _Answers:
    """The answers for n products while they are chosen; at first all are the network's."""

    def __init__(self, distribution: Distribution, weight: Floats) -> None:
        products = len(weight)
        self.distribution, self.weight = distribution, weight
        self._method, self._reason = np.full(products, NETWORK_METHOD, object), np.full(products, "", object)
        self._code = np.full(products, Reason.NETWORK, object)

    def name(self, rows: Mask, method: str, reason: str | list[str] | Codes, code: Reason) -> None:
        """Say who answers for some products, and why."""
        self._method[rows], self._reason[rows], self._code[rows] = method, reason, code

    def leave_to(self, simple: Simple, panel: Panel, rows: Mask) -> None:
        """Let a simple method answer for some products; where it has no interval, the model's lies around it."""
        answers = simple.forecast
        if not simple.own_interval:
            sound = ~find_implausible(panel.units, self.distribution)
            around = self.distribution.select(sound).around(answers.units[sound], answers.mean[sound])
            answers = answers.replaced(sound, around)
        self.distribution = answers.replaced(~rows, self.distribution.select(~rows))
        self.weight[rows] = 0.0
        self.name(np.ones(len(rows), bool), simple.method, simple.reason, Reason.GATE)

    def take_back(self, wrong: Mask, panel: Panel) -> None:
        """Put the mean of recent weeks in the place of implausible forecasts."""
        forecast = forecast_short_history(panel.units[wrong, -_RECENT:], self.distribution.mean.shape[1])
        self.distribution = self.distribution.replaced(wrong, forecast)
        told = [f"implausible forecast of {method}" for method in self._method[wrong]]
        self.name(wrong, mean_7.__name__, told, Reason.IMPLAUSIBLE)
        self.weight[wrong] = 0.0

    def sell_nothing(self, weeks: Mask) -> None:
        """Forecast nothing in some weeks, (n, horizon)."""
        made = self.distribution
        quantiles = np.where(weeks[..., np.newaxis], 0.0, made.quantiles)
        self.distribution = Distribution(np.where(weeks, 0.0, made.mean), quantiles, made.grain)

    def stop(self, ends: Floats, ahead: Integers) -> None:
        """Forecast nothing from the week on in which a product is discontinued; ends: (n,) that week."""
        after = ahead >= ends[:, np.newaxis]
        self.sell_nothing(after)
        gone = np.asarray(after.all(axis=1))
        told = [f"discontinued in W{week:.0f}" for week in ends[gone]]
        self.name(gone, INACTIVE, told, Reason.INACTIVE)
        self.weight[gone] = 0.0

    def as_one(self) -> Answer:
        """The answers as they are now."""
        return Answer(self.distribution, self._method, self._reason, self._code, self.weight)


def alone(distribution: Distribution) -> Answer:
    """What the network or the levels would answer alone, for comparison; it is never published."""
    return _Answers(distribution, np.ones(len(distribution.mean))).as_one()


def _weeks_since_sale(panel: Panel) -> Codes:
    sold = panel.units > 0
    latest = np.where(sold.any(axis=1), sold[:, ::-1].argmax(axis=1), panel.observed)
    return np.asarray(latest, object)
