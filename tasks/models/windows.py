"""Windows: what a network learns from, as arrays and as a table of one row a product and week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.forecasts import PRODUCT_CODE
from schemas.windows import ORIGIN
from tasks.models.arrays import Codes, Float32Array, Integers, Mask

Columns = Mapping[str, Sequence[str]]  # names of the columns of each array


@dataclass(frozen=True)
class Windows:
    """One row a product and origin, which is a week.

    codes: (n,) product codes
    origin: (n,) index of the last observed week
    arrays: by name, each (n, columns), as the recipe defines them
    """

    codes: Codes
    origin: npt.NDArray[np.int32]
    arrays: dict[str, Float32Array]

    def __len__(self) -> int:
        return len(self.codes)

    def select(self, rows: Mask | Integers) -> Windows:
        """The windows that a mask (n,) marks, or the windows at these positions."""
        arrays = {name: array[rows] for name, array in self.arrays.items()}
        return Windows(self.codes[rows], self.origin[rows], arrays)

    def to_table(self, columns: Columns) -> pa.Table:
        """The table of `schemas.windows`; columns: the recipe's."""
        table = {PRODUCT_CODE: pa.array(self.codes, pa.string()), ORIGIN: pa.array(self.origin)}
        for name, array in self.arrays.items():
            in_columns = np.ascontiguousarray(array.T)
            table |= {column: pa.array(values) for column, values in zip(columns[name], in_columns, strict=True)}
        return pa.table(table)

    @classmethod
    def from_table(cls, table: pa.Table, columns: Columns) -> Windows:
        """Read what `to_table` made."""
        arrays = {}
        for name, names in columns.items():
            arrays[name] = np.empty((table.num_rows, len(names)), np.float32)
            for number, column in enumerate(names):
                arrays[name][:, number] = table[column].to_numpy()
        return cls(table[PRODUCT_CODE].to_pandas().to_numpy(object), table[ORIGIN].to_numpy(), arrays)

    @classmethod
    def join(cls, parts: Sequence[Windows]) -> Windows:
        """Windows of several origins below one another; there is at least one part, which may be empty."""
        arrays = {name: np.concatenate([part.arrays[name] for part in parts]) for name in parts[0].arrays}
        codes, origin = (np.concatenate([getattr(part, name) for part in parts]) for name in ("codes", "origin"))
        return cls(codes, origin, arrays)

    @classmethod
    def none(cls, columns: Columns) -> Windows:
        """No windows, with these columns."""
        arrays = {name: np.empty((0, len(names)), np.float32) for name, names in columns.items()}
        return cls(np.empty(0, object), np.empty(0, np.int32), arrays)


def draw_products(eligible: Mask, most: int, seed: int, origin: int) -> Integers:
    """Draw the products whose windows of one origin are trained on: at most `most` positions, in ascending order.

    eligible: (n,) which products may be drawn. The draw depends only on the seed, the origin and its products, so that
    later runs draw the same products for this origin; if fewer may be drawn, they are some of these.
    """
    positions = np.flatnonzero(eligible)
    if len(positions) <= most:
        return positions
    return np.sort(np.random.default_rng([seed, origin]).permutation(positions)[:most])
