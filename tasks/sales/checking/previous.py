"""What the store knows of a product's week, to replace a cell that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pyarrow.dataset as ds

from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.sales import WEEK, WEEK_DATE
from tasks.sales.checking.faults import Fault


class PreviousUnits:
    """Units of the sales in the store; known: their long table (`schemas.sales.HISTORY`), None without a store."""

    def __init__(self, known: ds.Dataset | None) -> None:
        self._known = known

    def replace(self, faults: Sequence[Fault], first_date: date | None) -> list[tuple[Fault, float]]:
        """Each fault of a cell with what was done, and the units to take: NaN where the store has none.

        first_date: the first day of the file's week 0, by which its weeks are found where the store has dates too.
        """
        units = self._units_of([fault.product_code for fault in faults], first_date)
        replaced = []
        for fault in faults:
            week = fault.week if first_date is None or fault.week is None else first_date + timedelta(weeks=fault.week)
            value = units.get((fault.product_code, week), float("nan"))
            done = fault if value != value else fault._replace(action=f"replaced by {value:g}, as the store has it")
            replaced.append((done, value))
        return replaced

    def _units_of(self, codes: list[str], first_date: date | None) -> dict[tuple[str, object], float]:
        if self._known is None or not codes:
            return {}
        rows = self._known.to_table(filter=ds.field(PRODUCT_CODE).isin(codes))
        weeks = rows[WEEK if first_date is None else WEEK_DATE].to_pylist()
        return dict(zip(zip(rows[PRODUCT_CODE].to_pylist(), weeks, strict=True), rows[UNITS].to_pylist(), strict=True))
