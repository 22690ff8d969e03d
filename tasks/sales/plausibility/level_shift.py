"""Whether the whole assortment sells on another level than its history explains."""

from __future__ import annotations

import numpy as np

from tasks.sales.layout.numbers import Floats

_BEFORE = 4  # weeks whose median a week is compared with
_FEWEST = 13  # earlier comparisons that tell what is usual
_YEAR = 52
_CHANCE = 4.0  # robust standard deviations
_LEAST = 0.2  # change of the natural logarithm that is never worth a warning: 18 % less, or 22 % more


def find_shift(totals: Floats) -> float | None:
    """The change of the last week's total against the four weeks before, as a ratio; None where it is as usual.

    totals: (weeks,) units of all products. What happened a year before at the same time is usual too.
    """
    if len(totals) < _BEFORE + _FEWEST + 1 or not (totals > 0).all():
        return None
    logs = np.log(totals)
    before = np.median(np.lib.stride_tricks.sliding_window_view(logs[:-1], _BEFORE), axis=1)
    changes = logs[_BEFORE:] - before
    last, usual = changes[-1], changes[:-1]
    middle = np.median(usual)
    allowed = max(_LEAST, _CHANCE * 1.4826 * float(np.median(np.abs(usual - middle))))
    if len(changes) > _YEAR:
        year_before = changes[-_YEAR - 2 : -_YEAR + 1]  # a holiday may fall a week earlier or later
        allowed = max(allowed, float(np.abs(year_before - middle).max()) + _LEAST)
    return float(np.exp(last)) if abs(last - middle) > allowed else None
