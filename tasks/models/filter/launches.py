"""Weekly units of products in the order of their launch, so that the launched products of a week are the first ones.

Arrays of the levels have one column a product and one row for whatever else there is. All operations work product by
product on whole rows, and sums over rows are added one row after the other: so a product's numbers are the same to the
bit in a batch of any size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tasks.models.arrays import Floats, Integers, Mask


@dataclass(frozen=True)
class Launches:
    """Units of n products in order of launch.

    units: (weeks, n), zero before launch
    launch: (n,) first week of each product, ascending, `weeks` where it is never launched
    rows: (n,) the products' rows in the array that they come from
    masked: (weeks, n) weeks that are no evidence of demand, None where all are
    """

    units: Floats
    launch: Integers
    rows: Integers
    masked: Mask | None = None

    @classmethod
    def of(cls, units: Floats, masked: Mask | None = None) -> Launches:
        """Put units (n, weeks), NaN before launch, in order; masked: (n, weeks)."""
        launch = np.count_nonzero(np.isnan(units), axis=1)
        rows = np.argsort(launch, kind="stable")
        in_order = None if masked is None else np.ascontiguousarray(masked[rows].T)
        return cls(np.nan_to_num(np.ascontiguousarray(units[rows].T)), launch[rows], rows, in_order)

    def count(self, week: int) -> int:
        """How many products are launched by a week."""
        return int(np.searchsorted(self.launch, week, side="right"))

    def masked_in(self, week: int, products: int) -> Mask | None:
        """Of which of the first n products a week is no evidence, (n,), None where it is of all."""
        return None if self.masked is None else self.masked[week, :products]


def add_up(rows: Iterable[Floats]) -> Floats:
    """The sum of rows (n,), added one after the other; there is at least one."""
    first, *others = rows
    total = first.copy()
    for row in others:
        total += row
    return total
