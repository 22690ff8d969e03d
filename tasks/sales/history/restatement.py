"""Restated cells: other units than the store knows, for the same product and week."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config
from schemas.errors import BadInput
from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.sales import RESTATED, UNITS_BEFORE, WEEK
from tasks.sales.messages import enumerate_some, quote, refuse


class Restated(NamedTuple):
    """The restated cells of some weeks, see `schemas.sales.RESTATED`.

    compared: number of cells that both the file and the store know; changed_weeks: those in which the file has cells
    that are restated, or that the store does not know.
    """

    cells: pa.Table
    compared: int
    changed_weeks: tuple[int, ...] = ()

    @classmethod
    def together(cls, weeks: Sequence[Restated]) -> Restated:
        """Those of all these weeks."""
        empty = RESTATED.columns.empty_table()
        return cls(
            pa.concat_tables([empty, *(week.cells for week in weeks)]),
            sum(week.compared for week in weeks),
            tuple(changed for week in weeks for changed in week.changed_weeks),
        )


def compare_week(week: int, codes: pa.Array, units: pa.Array, known: pa.Table) -> Restated:
    """The restated cells of one week.

    codes, units: (n,) of the file, null before a launch; known: codes and units of the store. A product that only one
    of them has is not compared, nor a blank.
    """
    known_codes, before = (known[name].combine_chunks() for name in (PRODUCT_CODE, UNITS))
    if not codes.equals(known_codes):
        before = before.take(pc.index_in(codes, value_set=known_codes))
    changed = pc.fill_null(pc.not_equal(units, before), False)
    compared = len(units) - pc.or_(pc.is_null(units), pc.is_null(before)).true_count
    is_changed = changed.true_count > 0 or len(units) - units.null_count > compared
    columns = [codes, pa.repeat(pa.scalar(week, pa.int32()), len(codes)), before, units]
    cells = pa.table(columns, schema=RESTATED.columns).filter(changed)
    return Restated(cells, compared, (week,) if is_changed else ())


def refuse_restatement(restated: Restated, config: Config, name: str) -> BadInput | None:
    """Why the file `name` is refused: it changes more of what is known than the settings allow; None where not."""
    number, compared = restated.cells.num_rows, restated.compared
    if config.accept_restatement or number <= config.max_restated * compared:
        return None
    changes = [
        f"{quote(row[PRODUCT_CODE])} W{row[WEEK]}: {row[UNITS_BEFORE]:g}, now {row[UNITS]:g}"
        for row in restated.cells.slice(0, 100).to_pylist()
    ]
    return refuse(
        name,
        f"expected at most {config.max_restated:.0%} of the known cells with other units than before "
        f"(max_restated), found {number / compared:.1%}, {number:,} of {compared:,}: {enumerate_some(changes)}; "
        "--set accept_restatement=true where the new units are right",
        product_code=restated.cells[PRODUCT_CODE][0].as_py(),
        week=restated.cells[WEEK][0].as_py(),
    )
