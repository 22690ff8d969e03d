"""Shrinkage: what past weeks say is off, believed the less the more of it may be chance."""

from __future__ import annotations

from typing import TypeVar

from tasks.models.history import Floats

_CHANCE = 2.0  # variances of a mean at which half of it is taken for chance

Value = TypeVar("Value", float, Floats)


def shrink(mean: Value, variance: Value) -> Value:
    """A mean drawn to zero: nearly all of it is left far beyond its variance, and nearly nothing within it."""
    return mean * (mean**2 / (mean**2 + _CHANCE * variance + 1e-12))
