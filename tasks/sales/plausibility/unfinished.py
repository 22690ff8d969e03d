"""Whether the last week of weekly sales looks unfinished: exported before it was over, or before all products were in.

Every week is compared with the weeks before it, the last one like all others: how far its total, and the share of the
recently sold products that sold again, fell below the usual. The other weeks tell how far that falls by chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

# Falls are differences of natural logarithms: 0.50 leaves 61 % of the usual.
_KEPT = 113  # weeks looked at: two years, and the weeks before that tell what was usual then
_RECENT = 4  # weeks in one of which a product must have sold to be missed in the next
_USUAL = 8  # weeks of the slower of the two medians that tell what is usual
_SAME_HOLIDAY = (51, 52, 53)  # weeks before the last one
_PRECEDENT = 0.3  # a smaller fall a year ago is chance, and excuses nothing
_HOLIDAY = 0.50  # falls that are never refused: an honest holiday leaves 65 %, an unfinished week 60 % at most
_CHANCE = 2.0  # standard deviations of the falls, on top of a holiday
_FEW_WEEKS = 4.0  # how much too small a deviation may be that is told by few weeks: 1 + this / weeks
_FEW_PRODUCTS = 20.0  # fall by chance where one product sells; it shrinks as their number grows
_BEYOND = 0.5  # how much deeper than ever before few products must fall: to 61 % of the lowest week there was
_ENOUGH = 8.0  # units a week, from which on a week of few products is not empty by chance
_EMPTY = 0.05  # share of the usual; what is below counts as this much, as a logarithm must be finite


@dataclass(frozen=True)
class Shortfall:
    """What a last week lacks.

    kind: `total`: units, or `zeros`: the share that sold of the products that sold in the 4 weeks before
    seen: the last week's value
    lowest: the lowest value of a whole week there
    """

    kind: Literal["total", "zeros"]
    seen: float
    lowest: float

    def describe(self, week: str) -> str:
        """What a person should know about the last week, which is called `week`."""
        if self.kind == "total":
            lowest = f"{self.lowest:,.0f} after the weeks before"
            return f"week {week} holds {self.seen:,.0f} units, expected at least {lowest}"
        sold = f"{self.seen:.1%} of the products that sold in the {_RECENT} weeks before"
        return f"week {week} holds sales of {sold}, expected at least {self.lowest:.1%}"


class WeekStatistics:
    """What is counted, batch by batch, of the last weeks of a panel: 113 at most.

    totals: units
    recent: products that sold in one of the 4 weeks before
    again: those of them that sold in the week itself; all (weeks,)
    """

    def __init__(self, weeks: int) -> None:
        kept = min(weeks, _KEPT)
        self.totals, self.recent, self.again = np.zeros(kept), np.zeros(kept), np.zeros(kept)

    def add(self, units: Floats) -> None:
        """Count a batch of products: units (products, weeks), NaN where blank."""
        units = units[:, -len(self.totals) :]
        self.totals += np.ones(len(units)) @ np.fmax(units, 0)
        sold = units > 0
        recent = np.zeros_like(sold)
        for back in range(1, _RECENT + 1):
            recent[:, back:] |= sold[:, :-back]
        self.recent += _count(recent)
        self.again += _count(recent & sold)


class Judgement(NamedTuple):
    """What can be said of a last week.

    judged: whether any last week would be called unfinished, which is not so where next to nothing is sold; shortfall:
    what it lacks, None where it may be whole.
    """

    judged: bool
    shortfall: Shortfall | None


def judge_last_week(statistics: WeekStatistics) -> Judgement:
    """Whether the last week is unfinished, as full as the others, or cannot be judged."""
    recent, again = statistics.recent, statistics.again
    if len(recent) < 2:
        return Judgement(False, None)
    shares = np.divide(again, recent, out=np.ones(len(recent)), where=recent > 0)  # 1: no product is missed
    sellers = max(1.0, float(np.median(again[-1 - _RECENT : -1])))
    series: tuple[tuple[Literal["total", "zeros"], Floats], ...] = (("total", statistics.totals), ("zeros", shares))
    judged = False
    for kind, values in series:
        lowest = _find_lowest(values, sellers)
        if values[-1] < lowest:
            return Judgement(True, Shortfall(kind, float(values[-1]), lowest))
        judged |= kind == "total" and lowest > 0
    return Judgement(judged, None)


def _count(cells: Bools) -> Floats:
    # A product of floats is faster than a sum of Bools, and exact: a batch has far fewer than 2**24 products.
    return (np.ones(len(cells), np.float32) @ cells.astype(np.float32)).astype(np.float64)


def _find_lowest(values: Floats, sellers: float) -> float:
    """The lowest value of a whole last week, 0 where nothing can be said; sellers: products that sell in a week."""
    usual = _find_usual(values)
    known = usual > 0
    if not known[-1] or np.count_nonzero(known) < 2:
        return 0.0
    falls = np.zeros(len(values))
    with np.errstate(over="ignore"):  # the usual may be next to nothing
        falls[known] = -np.log(np.clip(values[known] / usual[known], _EMPTY, 1 / _EMPTY))
    middle = np.median(falls[:-1][known[:-1]])
    by_chance = _allow_chance(falls[:-1][known[:-1]] - middle, sellers, usual[-1] >= _ENOUGH)
    allowed = middle + by_chance + _excuse(falls - middle)
    return float(usual[-1] * np.exp(-allowed)) if allowed < -np.log(_EMPTY) else 0.0


def _find_usual(values: Floats) -> Floats:
    # The lower of two medians, because whole weeks after a promotion or after Christmas lie far below the longer one.
    usual = np.zeros(len(values))
    for week in range(1, len(values)):
        before = values[max(0, week - _USUAL) : week]
        usual[week] = min(np.median(before[-_RECENT:]), np.median(before))
    return usual


def _allow_chance(falls: Floats, sellers: float, enough: bool) -> float:
    """The fall that chance explains; enough: whether so much is sold that few products can be judged by themselves."""
    # Rises tell nothing: promotions. Nor does the deepest tenth: one closed week must not excuse all that follow.
    falls = np.maximum(falls, 0)
    mean = np.mean(np.minimum(falls, np.quantile(falls, 0.9)))
    deviation = 2.5 * mean * (1 + _FEW_WEEKS / len(falls))  # 2.5: half of a normal distribution adds 0 to this mean
    by_chance = float(np.hypot(_HOLIDAY, _CHANCE * deviation))
    of_few = _FEW_PRODUCTS / sellers
    return max(by_chance, min(of_few, float(falls.max()) + _BEYOND) if enough else of_few)


def _excuse(falls: Floats) -> float:
    past = [float(falls[-1 - back]) for back in _SAME_HOLIDAY if back < len(falls)]
    deepest = max(past, default=0.0)
    return deepest if deepest > _PRECEDENT else 0.0
