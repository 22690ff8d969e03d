"""What a walk takes from all products together: measured on the products of one walk, recalled for any others.

A walk of few products measures these values and keeps them. The walks of other products of the same panel recall them,
so that each product has the forecast that it would have had among the first ones, in batches of any size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pyarrow as pa

from tasks.models.history import Floats

_KEY, _SHAPE, _VALUES = "key", "shape", "values"


class Panel:
    """Arrays that describe the panel, by week and name.

    measured: the arrays of another walk, which are recalled; None where this walk measures them itself.
    """

    def __init__(self, measured: Mapping[str, Floats] | None = None) -> None:
        self.recalls = measured is not None
        self._arrays = dict(measured or {})

    def ask(self, week: int, name: str, measure: Callable[[], Floats | float]) -> Floats:
        """The value of that name at a week; `measure` gives it from the products of this walk."""
        key = f"{name} {week}"
        if not self.recalls:
            self._arrays[key] = np.asarray(measure(), np.float64)
        return self._arrays[key]

    def recalled(self) -> Panel:
        """The same panel for walks of other products, which may share it."""
        return Panel(self._arrays)

    def to_table(self) -> pa.Table:
        """One row an array."""
        arrays = self._arrays.values()
        return pa.table(
            {
                _KEY: pa.array(self._arrays, pa.string()),
                _SHAPE: pa.array([array.shape for array in arrays], pa.list_(pa.int64())),
                _VALUES: pa.array([array.ravel() for array in arrays], pa.list_(pa.float64())),
            }
        )

    @classmethod
    def from_table(cls, table: pa.Table) -> Panel:
        """Read what `to_table` made, to be recalled."""
        return cls(dict(_read(table)))


def _read(table: pa.Table) -> Iterator[tuple[str, Floats]]:
    for key, shape, values in zip(table[_KEY], table[_SHAPE], table[_VALUES], strict=True):
        yield key.as_py(), values.values.to_numpy().reshape(shape.as_py())
