"""What the store knows of a product's week, to replace a cell that cannot be read."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.sales import ACTION, WEEK, WEEK_DATE
from tasks.sales.layout.numbers import Floats


class PreviousUnits:
    """Units of the sales in the store; known: their long table (`schemas.sales.HISTORY`), None without a store."""

    def __init__(self, known: ds.Dataset | None) -> None:
        self._known = known

    def replace(self, faults: pa.Table, first_date: date | None) -> tuple[pa.Table, Floats]:
        """The faults of cells with what was done, and the units to take: NaN where the store has none.

        first_date: the first day of the file's week 0, by which its weeks are found where the store has dates too.
        """
        codes, weeks = faults[PRODUCT_CODE].to_pylist(), faults[WEEK].to_pylist()
        units = self._units_of(codes, first_date)
        if first_date is not None:
            weeks = [None if week is None else first_date + timedelta(weeks=week) for week in weeks]
        values = np.array([units.get(cell, np.nan) for cell in zip(codes, weeks, strict=True)], np.float64)
        actions = [
            action if np.isnan(value) else f"replaced by {value:g}, as the store has it"
            for action, value in zip(faults[ACTION].to_pylist(), values.tolist(), strict=True)
        ]
        place = faults.schema.get_field_index(ACTION)
        return faults.set_column(place, faults.schema.field(place), pa.array(actions, pa.string())), values

    def _units_of(self, codes: list[str], first_date: date | None) -> dict[tuple[str, object], float]:
        if self._known is None or not codes:
            return {}
        rows = self._known.to_table(filter=ds.field(PRODUCT_CODE).isin(codes))
        weeks = rows[WEEK if first_date is None else WEEK_DATE].to_pylist()
        return dict(zip(zip(rows[PRODUCT_CODE].to_pylist(), weeks, strict=True), rows[UNITS].to_pylist(), strict=True))
