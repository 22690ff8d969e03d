"""Shrinkage: a deviation that past weeks show is reduced as far as chance may explain it."""

from __future__ import annotations

from typing import TypeVar

from tasks.models.arrays import Floats

_CHANCE = 2.0  # half of a mean is kept where its square is so many times its variance

Value = TypeVar("Value", float, Floats)


def shrink(mean: Value, variance: Value) -> Value:
    """Shrink a mean to zero: nearly all is kept where its square is far above its variance, little where far below."""
    return mean * (mean**2 / (mean**2 + _CHANCE * variance + 1e-12))
