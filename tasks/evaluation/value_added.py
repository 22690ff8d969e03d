"""Forecast value added: how much smaller the errors of overrides are than those of the forecasts that they replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import HORIZON, UNITS
from schemas.inputs.told import OVERRIDE_AUTHOR, UNITS_OVERRIDE
from schemas.ledger import ACTUAL, AUTHOR, GROUP, GROUP_BY, MAE_FINAL, MAE_PUBLISHED, PRODUCTS, VALUE_ADDED
from schemas.paths.groups import TOTAL
from tasks.models.arrays import Mask

_ERRORS = (MAE_PUBLISHED, MAE_FINAL)


class ValueAdded:
    """Sums of errors where forecasts were overridden, by horizon, author and group; groups: columns of the rows."""

    def __init__(self, groups: Sequence[str]) -> None:
        self._groups = groups
        self._parts = list[pa.Table]()

    def add(self, rows: pa.Table, scored: Mask) -> None:
        """Add rows of a vintage with what was sold; scored: (n,) those that count."""
        if UNITS_OVERRIDE not in rows.column_names:
            return
        overridden = rows.filter(pa.array(scored)).filter(pc.is_valid(pc.field(UNITS_OVERRIDE)))
        errors = {
            name: pc.abs(pc.subtract(overridden[units], overridden[ACTUAL]))
            for name, units in zip(_ERRORS, (UNITS, UNITS_OVERRIDE), strict=True)
        }
        texts = {name: pc.fill_null(overridden[name], "") for name in (OVERRIDE_AUTHOR, *self._groups)}
        self._parts.append(pa.table({HORIZON: overridden[HORIZON], **texts, **errors}))

    def rows(self) -> list[dict[str, Any]]:
        """The rows of `schemas.ledger.ADDED_VALUES`, without their week."""
        together = pa.concat_tables(self._parts) if self._parts else pa.table({})
        if not together.num_rows:
            return []
        found = list[dict[str, Any]]()
        for by in (TOTAL, *self._groups):
            keys = [HORIZON, OVERRIDE_AUTHOR, *([by] if by != TOTAL else [])]
            means = together.group_by(keys).aggregate([*((name, "mean") for name in _ERRORS), (HORIZON, "count")])
            for row in means.sort_by([(key, "ascending") for key in keys]).to_pylist():
                found.append(_describe(row, by))
        return found


def _describe(row: dict[str, Any], by: str) -> dict[str, Any]:
    published, final = (row[f"{name}_mean"] for name in _ERRORS)
    return {
        HORIZON: row[HORIZON],
        AUTHOR: row[OVERRIDE_AUTHOR],
        GROUP_BY: by,
        GROUP: row[by] if by != TOTAL else "",
        PRODUCTS: row[f"{HORIZON}_count"],
        MAE_PUBLISHED: published,
        MAE_FINAL: final,
        VALUE_ADDED: float(np.float64(published) - final),
    }
