"""What all products have in common at the end of a panel, as one table: of each week, and the effects of its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.models.arrays import Floats
from tasks.models.filter.common import Common
from tasks.models.known.effects import Effects

_WEEK, _NAME, _SHAPE, _VALUES = "week", "name", "shape", "values"
_EFFECTS = -1  # in the place of a week


def to_table(weeks: Sequence[Common], effects: Effects | None = None) -> pa.Table:
    """One row an array: of each week, the oldest first, and of the effects."""
    records: list[tuple[int, Any]] = [*enumerate(weeks), *([(_EFFECTS, effects)] if effects else [])]
    rows = [
        (week, field.name, np.asarray(getattr(record, field.name), np.float64))
        for week, record in records
        for field in fields(record)
    ]
    return pa.table(
        {
            _WEEK: pa.array([week for week, _, _ in rows], pa.int32()),
            _NAME: pa.array([name for _, name, _ in rows], pa.string()),
            _SHAPE: pa.array([array.shape for _, _, array in rows], pa.list_(pa.int64())),
            _VALUES: pa.array([array.ravel() for _, _, array in rows], pa.list_(pa.float64())),
        }
    )


def from_table(table: pa.Table) -> tuple[list[Common], Effects | None]:
    """Read what `to_table` made."""
    records: dict[int, dict[str, Floats]] = {}
    for week, name, shape, values in zip(*(table[column] for column in (_WEEK, _NAME, _SHAPE, _VALUES)), strict=True):
        array = values.values.to_numpy().reshape(shape.as_py())
        records.setdefault(week.as_py(), {})[name.as_py()] = array
    effects = records.pop(_EFFECTS, None)
    return [Common(**arrays) for arrays in records.values()], Effects(**effects) if effects else None
