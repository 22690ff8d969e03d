"""How often truths fell into the tails of what was forecast at past origins, and where the tails are moved for it.

A truth's randomised PIT lies below 0.1 and above 0.9 in a tenth of cases each, if the forecast distributions are right.
Where past origins say otherwise, by class of volume and horizon and beyond what chance explains, p10 and p90 are read
at the probabilities that did leave a tenth outside: Chernozhukov, Wuethrich and Zhu (2021).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.models.history import Floats, Integers
from tasks.models.uncertainty.bands import class_edges, class_of
from tasks.models.uncertainty.intervals import PROBABILITIES

_FEWEST_ORIGINS = 8  # products of one origin share its surprises: fewer origins tell too little
_TOLERATED = 0.02  # of a tail's share: what is nearer to a tenth stays as it is
_STANDARD_ERRORS = 3.0
_SIDES = ((0.001, 0.5), (0.5, 0.999))  # of the median, where p10 and p90 belong


def learn_tails(pit: Floats, origin: npt.NDArray[np.integer[Any]], level: Floats) -> dict[str, Any]:
    """What `tails_at` reads, as JSON, from randomised PITs (n, horizon) and the windows' origins and levels (n,)."""
    edges = class_edges(level)
    kind = class_of(level, edges)
    numbers, at = np.unique(origin, return_inverse=True)
    probabilities = [_class_tails(pit[kind == of], at[kind == of], len(numbers)) for of in range(len(edges) + 1)]
    return {"edges": edges.tolist(), "probabilities": probabilities}


def tails_at(level: Floats, tails: dict[str, Any]) -> tuple[Floats, Floats]:
    """The probabilities at which p10 and p90 are read, each (n, horizon), for products of those levels (n,)."""
    kind = class_of(level, np.array(tails["edges"]))
    low, high = np.moveaxis(np.array(tails["probabilities"])[kind], 2, 0)
    return low, high


def _class_tails(pit: Floats, at: Integers, origins: int) -> list[list[float]]:
    """For each horizon, [low, high]."""
    return [[_correct(of, at, origins, 0), _correct(of, at, origins, 1)] for of in pit.T]


def _correct(pit: Floats, at: Integers, origins: int, side: int) -> float:
    outside = pit < PROBABILITIES[0] if side == 0 else pit > PROBABILITIES[1]
    count = np.bincount(at, minlength=origins)
    seen = count > 0
    if seen.sum() < _FEWEST_ORIGINS:
        return PROBABILITIES[side]
    shares = np.bincount(at, outside, origins)[seen] / count[seen]
    chance = float(shares.std(ddof=1)) / np.sqrt(len(shares))
    if abs(float(shares.mean()) - PROBABILITIES[0]) <= max(_TOLERATED, _STANDARD_ERRORS * chance):
        return PROBABILITIES[side]
    return float(np.clip(np.quantile(pit, PROBABILITIES[side]), *_SIDES[side]))
