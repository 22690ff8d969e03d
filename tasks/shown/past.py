"""What was published before and has happened since, from the ledger and from the runs that are still kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE, RUN_ID, TARGET_WEEK, UNITS, UNITS_MEAN, UNITS_P10, UNITS_P90
from schemas.ledger import ACTUAL, ACTUAL_FIRST, LEDGER_SCORES
from schemas.paths.groups import BY_PRODUCT, GROUP_BY
from schemas.records import Account
from tasks.page.contents import Floats
from tasks.page.judged import Total
from tasks.page.summaries import Known, list_totals
from tasks.store.ledger.rows import read_targets
from tasks.store.paths import (
    GROUPS_FILE,
    LEDGER_SCORES_FILE,
    ledger_file,
    list_ledger,
    run_file,
)
from tasks.store.snapshot import Snapshot

_MOST_VINTAGES = 13  # that pictures show
_MOST_ROWS = 10_000_000  # of all vintages that are read for the pictures
_RANGE = (UNITS_P10, UNITS, UNITS_P90)
_PLACE = "place"
_RESTATED = 5_000  # weeks that pictures show as they were first known


FirstKnown = tuple[int, int, float]


class Published(NamedTuple):
    """One vintage beside what was sold: the week that it was made from, the run and the file."""

    week: int
    run_id: str
    path: str


class PastVintages:
    """The vintages before a run; folder: of what it has written of the ledger and not published, None where nothing."""

    def __init__(self, snapshot: Snapshot, account: Account, folder: str | None) -> None:
        self._snapshot, self._store, self._folder = snapshot, snapshot.store, folder
        self._last = account.as_of_week
        written = self._store.files(folder) if folder else []
        self._written = {path.removeprefix(f"{folder}/") for path in written}

    def place(self, path: str) -> str | None:
        """Where a file of the ledger lies, as it will be published; None where it does not, or is not whole."""
        if path in self._written:
            return f"{self._folder}/{path}"
        return path if self._snapshot.is_whole(path) else None

    def read_scores(self) -> pa.Table:
        """The scores of past vintages, see `schemas.ledger.LEDGER_SCORES`."""
        path = self.place(LEDGER_SCORES_FILE)
        return self._store.read_table(path) if path else LEDGER_SCORES.columns.empty_table()

    @cached_property
    def vintages(self) -> list[Published]:
        """The last vintages, the newest first."""
        weeks = [week for week in list_ledger({*self._snapshot.hashes, *self._written}) if week < self._last]
        places = {week: self.place(ledger_file(week)) for week in reversed(weeks[-_MOST_VINTAGES:])}
        return [Published(week, self._read_run(path), path) for week, path in places.items() if path]

    def _read_run(self, path: str) -> str:
        return str(next(self._store.read_batches(path, 1, [RUN_ID]))[RUN_ID][0].as_py())

    def find_last(self) -> Published | None:
        """The newest vintage that forecast the run's last week."""
        found = next(iter(self.vintages), None)
        return found if found and self._last in read_targets(self._store, found.path) else None

    def find_publication(self, run_id: str) -> datetime | None:
        """When a run's forecast was published first."""
        times = [each.published_at for each in self._snapshot.publications if each.run_id == run_id]
        return min(times, default=None)

    def read_totals(self, vintage: Published) -> list[Total]:
        """What a vintage expected of all products together; empty where its run is not kept any more."""
        path = run_file(vintage.run_id, GROUPS_FILE)
        return list_totals(self._store.read_table(path, is_group()))[0] if self._snapshot.is_whole(path) else []

    def list_totals(self) -> list[Total]:
        """What was expected of each week that is over, by the last vintage before it; oldest first."""
        newest: dict[int, Total] = {}
        for vintage in self.vintages:
            for total in self.read_totals(vintage):
                if total.week <= self._last:
                    newest.setdefault(total.week, total)
        return [newest[week] for week in sorted(newest)]

    def sum_groups(self, vintage: Published, name: str) -> Known:
        """By the values of a column, what a vintage expected of the last week, and what was sold of that."""
        if name not in self._store.read_columns(vintage.path):
            return {}
        columns = [name, TARGET_WEEK, UNITS_MEAN, ACTUAL]
        is_known = (pc.field(TARGET_WEEK) == self._last) & pc.field(ACTUAL).is_valid()
        sums = [
            rows.filter(is_known).group_by(name, use_threads=False).aggregate([(UNITS_MEAN, "sum"), (ACTUAL, "sum")])
            for rows in self._store.read_batches(vintage.path, columns=columns)
        ]
        expected, sold = f"{UNITS_MEAN}_sum", f"{ACTUAL}_sum"
        summed = pa.concat_tables(sums).group_by(name, use_threads=False).aggregate([(expected, "sum"), (sold, "sum")])
        rows = (summed[column].to_pylist() for column in (name, f"{expected}_sum", f"{sold}_sum"))
        return {value or "": (mean, actual) for value, mean, actual in zip(*rows, strict=True)}

    def read_batches(self, vintage: Published, columns: Sequence[str] | None = None) -> Iterable[pa.Table]:
        """The rows of a vintage."""
        return self._store.read_batches(vintage.path, columns=columns)

    def show(self, codes: pa.Array) -> tuple[list[int], Floats, list[FirstKnown]]:
        """What was published for products in each week that is over, by the last vintage before it.

        Returns the weeks, oldest first; (products, weeks, 3) of p10, units and p90, NaN where nothing was published;
        and the product's position, the week and its units as they were first known, where they were restated.
        """
        shown, first, read, until = dict[int, Floats](), list[FirstKnown](), 0, self._last
        for vintage in self.vintages:
            if read >= _MOST_ROWS:
                break
            read += self._show_vintage(vintage, until, codes, shown, first)
            until = vintage.week
        weeks = sorted(shown)
        arrays = [shown[week] for week in weeks]
        together = np.stack(arrays, axis=1) if arrays else np.empty((len(codes), 0, len(_RANGE)))
        return weeks, together, sorted(first)[:_RESTATED]

    def _show_vintage(
        self, vintage: Published, until: int, codes: pa.Array, shown: dict[int, Floats], first: list[FirstKnown]
    ) -> int:
        """Add a vintage's forecasts of the weeks until one; returns how many rows were read."""
        read = 0
        # Earlier releases kept only what was known last.
        known = [ACTUAL, ACTUAL_FIRST] if ACTUAL_FIRST in self._store.read_columns(vintage.path) else []
        for batch in self.read_batches(vintage, [PRODUCT_CODE, TARGET_WEEK, *_RANGE, *known]):
            read += batch.num_rows
            rows = batch.filter(pc.field(TARGET_WEEK) <= until)
            place = pc.index_in(rows[PRODUCT_CODE], value_set=codes)
            rows = rows.filter(place.is_valid()).append_column(_PLACE, place.drop_null())
            for week in rows[TARGET_WEEK].unique().to_pylist():
                of_week = rows.filter(pc.field(TARGET_WEEK) == week)
                at = of_week[_PLACE].to_numpy()
                values = shown.setdefault(week, np.full((len(codes), len(_RANGE)), np.nan))
                values[at] = np.column_stack([of_week[name].to_numpy() for name in _RANGE])
                first += _list_restated(of_week, week) if known else []
        return read


def _list_restated(rows: pa.Table, week: int) -> list[FirstKnown]:
    now, before, at = (rows[name].to_numpy() for name in (ACTUAL, ACTUAL_FIRST, _PLACE))
    other = np.flatnonzero((now != before) & ~np.isnan(before))
    return [(int(at[row]), week, float(before[row])) for row in other.tolist()]


def is_group() -> pc.Expression:
    """Which rows of the table of groups are not of a product alone."""
    return pc.field(GROUP_BY) != BY_PRODUCT
