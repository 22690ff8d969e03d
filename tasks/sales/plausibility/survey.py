"""What is known of rows and groups of rows after one look at the sales, to search for sums among few of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.wide_sales import BATCH, WideSales

Ints = npt.NDArray[np.int64]
Number = TypeVar("Number", np.float64, np.int64)

_FEW = 0.25  # of the weeks, in which a row holds anything at most, to be one of few weeks


class Survey(NamedTuple):
    """Rows (products,) and their groups (groups, weeks).

    few: whether a row has sales in few weeks only
    peak: the week in which it sells most
    top: its units then
    sums: units of a group
    few_sums: of those of its rows that have sales in few weeks
    """

    few: Bools
    peak: Ints
    top: Floats
    sums: Floats
    few_sums: Floats

    def at_peak(self, sums: Floats, group: Ints) -> Floats:
        """What the group of each row sells in the week in which the row sells most, (products,)."""
        return np.asarray(sums[group, self.peak])


def survey(sales: WideSales, group: Ints) -> Survey:
    """Look once at all sales; group: the group of each row, from 0."""
    shape = int(group.max(initial=0)) + 1, len(sales.weeks)
    products = len(group)
    found = Survey(
        few=np.zeros(products, bool),
        peak=np.zeros(products, np.int64),
        top=np.zeros(products),
        sums=np.zeros(shape),
        few_sums=np.zeros(shape),
    )
    most = max(1, int(_FEW * len(sales.weeks)))
    for number, block in enumerate(sales.blocks()):
        rows = slice(number * BATCH, number * BATCH + len(block))
        units = np.nan_to_num(block) if np.isnan(block.sum()) else block
        # A product of floats is faster than a sum of truths.
        held = (units != 0).astype(np.float32) @ np.ones(len(sales.weeks), np.float32)
        few = (held > 0) & (held <= most)
        found.few[rows] = few
        found.peak[rows] = units.argmax(axis=1)
        found.top[rows] = units[np.arange(len(units)), found.peak[rows]]
        add_by_group(found.sums, group[rows], units)
        add_by_group(found.few_sums, group[rows], units, few)
    return found


def read(sales: WideSales, chosen: Bools) -> Iterator[tuple[Ints, Floats]]:
    """Yield the places of the rows that a mask marks, and their units (n, weeks); 0 before a launch."""
    places = np.flatnonzero(chosen)
    for start in range(0, len(places), BATCH):
        batch = places[start : start + BATCH]
        yield batch, np.nan_to_num(sales.units.take(sales.rows[batch]))


def add_by_group(
    sums: npt.NDArray[Number], group: Ints, values: npt.NDArray[Number], chosen: Bools | None = None
) -> None:
    """Add rows (n, weeks), or those of them that are chosen, to the sums of their groups (groups, weeks)."""
    if len(sums) == 1:
        sums[0] += (np.ones(len(values), values.dtype) if chosen is None else chosen.astype(values.dtype)) @ values
        return
    if chosen is not None:
        group, values = group[chosen], values[chosen]
    if len(group):
        order = np.argsort(group, kind="stable")
        groups, starts = np.unique(group[order], return_index=True)
        sums[groups] += np.add.reduceat(values[order], starts)
