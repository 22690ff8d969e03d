"""The table of groups: one row a group and span of weeks."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple, Self

import numpy as np
import pyarrow as pa

from schemas.paths import groups as columns
from tasks.models.arrays import Codes, Integers
from tasks.models.panel import Panel
from tasks.models.paths.sums import Spans


class Ahead(NamedTuple):
    """The last observed week, and the first day of it and of each week ahead, None without a calendar."""

    as_of_week: int
    starts: list[date | None]

    @classmethod
    def of(cls, panel: Panel, horizon: int) -> Self:
        """So many weeks after a panel's last one."""
        return cls(panel.last_week, [panel.start_of(panel.last_week + week) for week in range(horizon + 1)])


def to_group_table(
    group_by: str, names: Codes, spans: Spans, products: Integers, origins: int, ahead: Ahead
) -> pa.Table:
    """Rows of `schemas.paths.groups`, in the order of the groups.

    group_by: what they are grouped by
    names: (g,) of the groups
    spans: of each
    products: (g,) their number
    origins: past ones that the sample paths come from
    ahead: the weeks
    """
    groups, number = spans.mean.shape
    horizon = len(ahead.starts) - 1
    first, last = np.arange(1, number + 1), np.arange(1, number + 1)
    first[horizon:], last[horizon:] = 1, horizon
    rows, dates = groups * number, pa.array(ahead.starts, pa.date32())

    def on(week: Integers) -> pa.Array:
        return dates.take(pa.array(np.tile(week, groups)))

    each = np.repeat(np.arange(groups), number)
    return pa.table(
        [
            pa.repeat(pa.scalar(group_by), rows),
            pa.array(names, pa.string()).take(pa.array(each)),
            pa.array(np.full(rows, ahead.as_of_week, np.int32)),
            on(np.zeros(number, np.int64)),
            pa.array(np.tile(first.astype(np.int8), groups)),
            pa.array(np.tile(last.astype(np.int8), groups)),
            on(first),
            on(last),
            *(pa.array(values.ravel()) for values in spans),
            pa.array(products[each]),
            pa.array(np.full(rows, origins, np.int32)),
        ],
        schema=columns.GROUPS.columns,
    )
