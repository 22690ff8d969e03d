"""Quantiles beyond those of GRID: each tail goes on as that of a normal distribution through its two last quantiles."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from schemas.forecasts import GRID
from tasks.models.arrays import Floats

_OUTERMOST = 0.0015  # probability of less, and of more, than the added quantiles
PROBABILITIES = np.concatenate([[_OUTERMOST], GRID, [1 - _OUTERMOST]])
_BELOW, _ABOVE = ((at[0] - at[1]) / (at[1] - at[2]) for at in (ndtri(PROBABILITIES[:3]), ndtri(PROBABILITIES[:-4:-1])))


def with_tails(quantiles: Floats) -> Floats:
    """Quantiles at PROBABILITIES, none below zero, from those at GRID: (…, GRID)."""
    lowest = quantiles[..., :1] + _BELOW * (quantiles[..., :1] - quantiles[..., 1:2])
    highest = quantiles[..., -1:] + _ABOVE * (quantiles[..., -1:] - quantiles[..., -2:-1])
    return np.concatenate([np.maximum(lowest, 0.0), quantiles, highest], axis=-1)


def to_place(probability: Floats) -> Floats:
    """Where probabilities lie among PROBABILITIES: 1.5 is halfway between the second one and the third."""
    return np.interp(probability, PROBABILITIES, np.arange(len(PROBABILITIES)))
