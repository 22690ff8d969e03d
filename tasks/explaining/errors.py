"""How the last published forecasts of one product did, beside the simple methods on the same weeks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
import pyarrow.compute as pc

from schemas.forecasts import AS_OF_WEEK, HORIZON, PRODUCT_CODE, TARGET_WEEK, UNITS, UNITS_P10, UNITS_P90
from schemas.ledger import ACTUAL, MASKED, SIMPLE_FIELDS
from schemas.scores import SIMPLE_METHODS
from tasks.store.paths import ledger_file, list_ledger
from tasks.store.snapshot import Snapshot

_VINTAGES = 8
_SIMPLE = {method: field.name for method, field in zip(SIMPLE_METHODS, SIMPLE_FIELDS, strict=True)}
_COLUMNS = (AS_OF_WEEK, HORIZON, TARGET_WEEK, UNITS, UNITS_P10, UNITS_P90, ACTUAL, MASKED, *_SIMPLE.values())
_Row = Mapping[str, Any]


class Judged(NamedTuple):
    """A published forecast of a week that has happened."""

    as_of_week: int
    week: int
    units: float
    p10: float
    p90: float
    sold: float

    @classmethod
    def of(cls, row: _Row) -> Self:
        """That of a row of the ledger."""
        return cls(*(row[name] for name in (AS_OF_WEEK, TARGET_WEEK, UNITS, UNITS_P10, UNITS_P90, ACTUAL)))


class Errors(NamedTuple):
    """Errors of published forecasts of one product.

    forecasts: how many; mae: their mean absolute error; inside: how many truths lay between p10 and p90
    simple, best: the simple method that errs least on the same weeks, and its mean absolute error; None where the
      ledger, as an earlier release wrote it, does not know what they would have forecast
    """

    forecasts: int
    mae: float
    inside: int
    simple: str | None
    best: float | None


def read_judged(snapshot: Snapshot, product: str) -> list[_Row]:
    """The ledger's last rows of a product, of weeks in which it could be bought, the newest first."""
    weeks = reversed(list_ledger(snapshot.hashes)[-_VINTAGES:])
    return [row for week in weeks for row in _read_vintage(snapshot, ledger_file(week), product)]


def _read_vintage(snapshot: Snapshot, path: str, product: str) -> Iterator[_Row]:
    there = snapshot.store.read_columns(path)
    rows = snapshot.store.read_where(path, PRODUCT_CODE, product, [name for name in _COLUMNS if name in there])
    known = rows.filter(pc.is_valid(rows[ACTUAL]))
    return (row for row in known.sort_by(HORIZON).to_pylist() if not row.get(MASKED))


def sum_errors(judged: Sequence[_Row]) -> Errors | None:
    """The errors over all of these rows of the ledger, None without any."""
    if not judged:
        return None
    inside = sum(row[UNITS_P10] <= row[ACTUAL] <= row[UNITS_P90] for row in judged)
    told = {method: name for method, name in _SIMPLE.items() if all(row.get(name) is not None for row in judged)}
    others = {method: _average_error(judged, name) for method, name in told.items()}
    best = min(others, key=lambda method: others[method]) if others else None
    return Errors(len(judged), _average_error(judged, UNITS), inside, best, None if best is None else others[best])


def _average_error(rows: Iterable[_Row], name: str) -> float:
    return float(np.mean([abs(row[name] - row[ACTUAL]) for row in rows]))
