"""What all products have in common at the end of a panel, as one table: of each week, and the effects of its inputs.

A panel is followed once or twice, see `recipes.followed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.models.arrays import Floats
from tasks.models.filter.common import Common
from tasks.models.known.effects import Effects

_PASS, _WEEK, _NAME, _SHAPE, _VALUES = "pass", "week", "name", "shape", "values"
_EFFECTS = -1  # in the place of a week


def to_table(passes: Sequence[Sequence[Common]], effects: Effects | None = None) -> pa.Table:
    """One row an array: of each week, the oldest first, as often as the panel is followed, and of the effects."""
    records: list[tuple[int, int, Any]] = [
        (number, week, common) for number, weeks in enumerate(passes) for week, common in enumerate(weeks)
    ]
    records += [(0, _EFFECTS, effects)] if effects else []
    rows = [
        (number, week, field.name, np.asarray(getattr(record, field.name), np.float64))
        for number, week, record in records
        for field in fields(record)
    ]
    numbers, weeks, names, arrays = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pa.table(
        {
            _PASS: pa.array(numbers, pa.int32()),
            _WEEK: pa.array(weeks, pa.int32()),
            _NAME: pa.array(names, pa.string()),
            _SHAPE: pa.array([array.shape for array in arrays], pa.list_(pa.int64())),
            _VALUES: pa.array([array.ravel() for array in arrays], pa.list_(pa.float64())),
        }
    )


def from_table(table: pa.Table) -> tuple[list[list[Common]], Effects | None]:
    """Read what `to_table` made."""
    records: dict[tuple[int, int], dict[str, Floats]] = {}
    columns = (table[column] for column in (_PASS, _WEEK, _NAME, _SHAPE, _VALUES))
    for number, week, name, shape, values in zip(*columns, strict=True):
        array = values.values.to_numpy().reshape(shape.as_py())
        records.setdefault((number.as_py(), week.as_py()), {})[name.as_py()] = array
    effects, passes = records.pop((0, _EFFECTS), None), dict[int, list[Common]]()
    for (number, _), arrays in records.items():
        passes.setdefault(number, []).append(Common(**arrays))
    return list(passes.values()), Effects(**effects) if effects else None
