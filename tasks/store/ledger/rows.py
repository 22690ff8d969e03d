"""The rows of the ledger: what stands beside what was sold, from what runs have kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import MOST_HORIZONS
from schemas.forecasts import PRODUCT_CODE, RUN_ID, TARGET_WEEK
from schemas.inputs.panel import OUT_OF_STOCK, input_column
from schemas.inputs.told import OVERRIDE_FIELDS, OVERRIDES, UNITS_OVERRIDE
from schemas.ledger import ACTUAL, ACTUAL_FIELDS, ACTUAL_FIRST, MASKED, SIMPLE_FIELDS
from schemas.paths.pits import PIT
from tasks.models.arrays import Floats
from tasks.models.sample import draw_fractions, hash_codes
from tasks.models.table import add_overrides, read_distributions
from tasks.store.paths import DISTRIBUTIONS_FILE, OVERRIDES_FILE, PANEL_FILE, ledger_file, run_file
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store

_ADDED_FIELDS = (*ACTUAL_FIELDS, *SIMPLE_FIELDS)
EARLIER = (ACTUAL, ACTUAL_FIRST, PIT, MASKED)  # what is taken over from the rows as they stood before


def find_distributions(snapshot: Snapshot, vintage: str) -> str | None:
    """The file of the distributions behind a vintage; None where it is not kept any more, or not whole."""
    first = next(snapshot.store.read_batches(vintage, 1, [RUN_ID]))
    path = run_file(first[RUN_ID][0].as_py(), DISTRIBUTIONS_FILE)
    return path if snapshot.is_whole(path) else None


def find_panel(snapshot: Snapshot, run_id: str) -> str | None:
    """The panel of a run; None where it had no inputs, or is not kept."""
    panel = run_file(run_id, PANEL_FILE)
    return panel if panel in snapshot.hashes else None


def find_overrides(snapshot: Snapshot, week: int) -> str | None:
    """A file with the overrides of a week's forecast, None without any.

    It is that of the last run of the week, which people saw, or the ledger's own, where that run is not kept any more.
    """
    last, ledger = snapshot.last_of_week(week), ledger_file(week)
    path = run_file(last.run_id, OVERRIDES_FILE) if last else ""
    if snapshot.is_whole(path):
        return path
    is_told = snapshot.is_whole(ledger) and UNITS_OVERRIDE in snapshot.store.read_columns(ledger)
    return ledger if is_told else None


def read_targets(store: Store, forecasts: str) -> set[int]:
    """The weeks that a vintage forecasts: its rows begin with all of them for its first product."""
    first = next(store.read_batches(forecasts, MOST_HORIZONS, [TARGET_WEEK]))
    return set(first[TARGET_WEEK].to_pylist())


class LedgerRows:
    """Completes the rows of a vintage, batch by batch as these are read.

    distributions: file of the vintage's, None where it is not kept
    panel: file of what was told of the weeks, None where nothing was
    overrides: file of those that were made of it, None where there are none
    """

    def __init__(self, store: Store, distributions: str | None, panel: str | None, overrides: str | None) -> None:
        self._overrides = None
        if overrides:
            told = store.read_table(overrides).select(OVERRIDES.names)
            self._overrides = told.filter(pc.is_valid(told[UNITS_OVERRIDE]))
        self._distributions = store.read_batches(distributions) if distributions else None
        self._store, self._panel = store, panel
        self._told = set(store.read_columns(panel)) if panel else set[str]()
        self._masks: dict[str, pa.Table] = {}

    def complete(self, table: pa.Table, simple: Sequence[Floats], earlier: pa.Table | None = None) -> pa.Table:
        """The next rows, which have their `actual`, with all that `schemas.ledger` puts after it.

        simple: what each simple method would have forecast, none where that is not known
        earlier: the same rows as they stood in the ledger before, None where they did not
        """
        masked, pits, first = self._find_masked(table), self._find_pits(table), table[ACTUAL]
        if earlier is not None:
            first = pc.coalesce(earlier[ACTUAL_FIRST if ACTUAL_FIRST in earlier.column_names else ACTUAL], first)
            if MASKED in earlier.column_names:
                masked = pc.coalesce(masked, earlier[MASKED])
            if PIT in earlier.column_names:  # its distribution may not be kept any more
                same = pc.equal(earlier[ACTUAL], table[ACTUAL])
                pits = pc.coalesce(pits, pc.if_else(same, earlier[PIT], pa.scalar(None, pa.float32())))
        masked = pc.fill_null(masked, fill_value=False)
        columns = (table[ACTUAL], first, pits, masked, *(map(pa.array, simple) if simple else _nothing(table)))
        table = table.drop_columns(ACTUAL)
        if self._overrides is not None:
            others = {field.name for field in OVERRIDE_FIELDS}
            table = add_overrides(
                table.select([name for name in table.column_names if name not in others]), self._overrides
            )
        for field, values in zip(_ADDED_FIELDS, columns, strict=True):
            table = table.append_column(field, values)
        return table

    def schema(self, vintage: pa.Schema) -> pa.Schema:
        """The columns of the ledger's rows, with the metadata of the vintage."""
        others = OVERRIDE_FIELDS if self._overrides is not None else ()
        kept = [field for field in vintage if field not in others]
        return pa.schema([*kept, *others, *_ADDED_FIELDS], vintage.metadata)

    def _find_pits(self, table: pa.Table) -> pa.Array:
        """The randomised PIT of what was sold; null where it is not known, or the distribution is not."""
        rows = next(self._distributions, None) if self._distributions else None
        if rows is None:
            return pa.nulls(table.num_rows, pa.float32())
        actual = table[ACTUAL].to_numpy()[:, np.newaxis]
        codes = table[PRODUCT_CODE].to_numpy(zero_copy_only=False)
        keys = hash_codes(codes, 0) + table[TARGET_WEEK].to_numpy().astype(np.uint64)
        fraction = draw_fractions(keys, (len(keys), 1)).astype(np.float64)
        found = read_distributions(rows, 1).pit(actual, fraction)
        return pa.array(found[:, 0].astype(np.float32), from_pandas=True)

    def _find_masked(self, table: pa.Table) -> pa.Array:
        """Whether the product was out of stock in the week, null where nothing is told of it."""
        told, targets = np.full(table.num_rows, np.nan), table[TARGET_WEEK].to_numpy()
        for week in np.unique(targets).tolist():
            if (name := input_column(OUT_OF_STOCK, week)) in self._told:
                panel = self._read_masks(name)
                found = panel[name].take(pc.index_in(table[PRODUCT_CODE], panel[PRODUCT_CODE].combine_chunks()))
                told = np.where(targets == week, found.to_numpy(), told)
        return pc.greater(pa.array(told, from_pandas=True), 0)

    def _read_masks(self, name: str) -> pa.Table:
        """The products of which the panel tells whether they were in stock, by a column of it."""
        if name not in self._masks and self._panel:
            batches = self._store.read_batches(self._panel, columns=[PRODUCT_CODE, name])
            self._masks[name] = pa.concat_tables([batch.filter(pc.is_valid(batch[name])) for batch in batches])
        return self._masks[name]


def _nothing(table: pa.Table) -> list[pa.Array]:
    return [pa.nulls(table.num_rows, field.type) for field in SIMPLE_FIELDS]
