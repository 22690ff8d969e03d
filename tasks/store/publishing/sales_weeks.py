"""The sales history: one file a week, so that a new week adds a file and leaves those that did not change alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from pyarrow.fs import LocalFileSystem

from schemas.forecasts import AS_OF_DATE, AS_OF_WEEK, PRODUCT_CODE, UNITS
from schemas.sales import HISTORY, WEEK, week_column, week_of
from tasks.runners.threads import work_on
from tasks.sales.history.long_table import merge_long, to_long
from tasks.sales.weeks import count_back
from tasks.store.batches import regroup
from tasks.store.files import ROW_GROUP, ParquetRows
from tasks.store.installing import Staging
from tasks.store.paths import (
    FORECAST_FILE,
    SALES_FILE,
    SALES_FOLDER,
    run_file,
    sales_file,
    week_of_file,
)
from tasks.store.store import Store

# A pre-buffer would keep the bytes of all batches until the file's end.
_PARQUET = ds.ParquetFileFormat(default_fragment_scan_options=ds.ParquetFragmentScanOptions(pre_buffer=False))


def list_sales(hashes: Iterable[str]) -> list[str]:
    """The files of the sales history among committed files, in order."""
    return sorted(path for path in hashes if path.startswith(f"{SALES_FOLDER}/"))


def pick_week(files: Iterable[str], week: int) -> list[str]:
    """Those of the files of the sales history that may have sales of a week."""
    return [path for path in files if week_of_file(path) == week]


class SalesHistory:
    """The known sales, or some of their files, of which only what is asked for is read, as of Arrow's datasets.

    Raises StoreUnavailable where the disk refuses, StoreDamaged where a file cannot be read.
    """

    def __init__(self, store: Store, source: ds.Dataset | ds.Fragment) -> None:
        self._store, self._source = store, source

    def to_table(self, *columns: Any, **options: Any) -> pa.Table:
        """The rows, see `pyarrow.dataset.Dataset.to_table`."""
        with self._store.judging(SALES_FOLDER):
            return self._source.to_table(*columns, **options)

    def head(self, rows: int, **options: Any) -> pa.Table:
        """The first rows."""
        with self._store.judging(SALES_FOLDER):
            return self._source.head(rows, **options)

    def to_batches(self, **options: Any) -> Iterator[pa.RecordBatch]:
        """Yield the rows."""
        with self._store.judging(SALES_FOLDER):
            yield from self._source.to_batches(**options)

    def get_fragments(self) -> list[SalesHistory]:
        """Its files, in the order of weeks."""
        return [SalesHistory(self._store, fragment) for fragment in self._source.get_fragments()]


def known_sales(store: Store, hashes: Iterable[str]) -> SalesHistory | None:
    """The sales history; None where nothing was published."""
    here = LocalFileSystem()
    files = [
        _PARQUET.make_fragment(str(store.local(path)), here, partition_expression=_is_of(path))
        for path in list_sales(hashes)
    ]
    return SalesHistory(store, ds.FileSystemDataset(files, HISTORY.columns, _PARQUET, here)) if files else None


def read_week(known: SalesHistory, week: int) -> Iterator[pa.RecordBatch]:
    """Yield the codes and units that are known of a week, ascending by code."""
    one = ds.field(WEEK) == week
    yield from known.to_batches(columns=[PRODUCT_CODE, UNITS], filter=one, batch_readahead=1, fragment_readahead=1)


def _is_of(path: str) -> ds.Expression:
    """What a file's rows have in common, so that nobody opens it who asks for another week."""
    return ds.field(WEEK) == week_of_file(path)


def stage_sales(store: Store, staging: Staging, run_id: str, before: str | None, hashes: dict[str, str]) -> None:
    """Stage the weeks in which the run's sales are not those that are known.

    What the run does not have stays known: other weeks, and other products of its weeks. before: the run whose sales
    were the last to become known.
    """
    run = RunSales.of(store, run_id)
    weeks = set(run.weeks)
    if before and store.sha256(run_file(before, SALES_FILE)) == hashes.get(run_file(before, SALES_FILE)):
        weeks -= run.weeks_as_in(RunSales.of(store, before))

    def stage(week: int) -> None:
        if sales_file(week) not in hashes:
            parts = run.read(week)
        elif _is_known(store, run, week):
            return
        else:
            kept = store.read_table(sales_file(week))
            merged = run.merge(week, kept)
            if merged.equals(kept):
                return
            parts = iter([merged])
        with staging.replacing(sales_file(week)) as aside:
            write_week(aside, parts)

    for _ in work_on(sorted(weeks), stage):
        pass


def _is_known(store: Store, run: RunSales, week: int) -> bool:
    """Whether exactly the run's sales of a week are known, which is quick to see."""
    known = store.read_batches(sales_file(week), columns=[PRODUCT_CODE, UNITS])
    found = regroup(run.read(week), ROW_GROUP)
    nothing = HISTORY.columns.empty_table().select([PRODUCT_CODE, UNITS])
    pairs = zip_longest(known, found, fillvalue=nothing)
    return all(before.equals(after.select([PRODUCT_CODE, UNITS])) for before, after in pairs)


def write_week(path: Path, parts: Iterable[pa.Table], columns: pa.Schema = HISTORY.columns) -> None:
    """Write the sales of a week, in which each product has one row."""
    with ParquetRows(path, columns, unique=PRODUCT_CODE) as rows:
        for part in parts:
            rows.write(part)


class RunSales:
    """The sales that a run accepted, by week.

    file: its wide table
    first_date: the first day of week 0
    weeks: their indices
    """

    def __init__(self, store: Store, file: str, first_date: date | None) -> None:
        self._store, self._file, self._first_date = store, file, first_date
        self.weeks = [week_of(name) for name in store.read_columns(file) if name != PRODUCT_CODE]

    @classmethod
    def of(cls, store: Store, run_id: str) -> RunSales:
        """Those of a run that has forecast."""
        first = next(store.read_batches(run_file(run_id, FORECAST_FILE), 1, [AS_OF_WEEK, AS_OF_DATE]))
        first_date = count_back(first[AS_OF_WEEK][0].as_py(), first[AS_OF_DATE][0].as_py())
        return cls(store, run_file(run_id, SALES_FILE), first_date)

    def weeks_as_in(self, before: RunSales) -> set[int]:
        """The weeks in which each of the run's products sold what it sold in another run, quick to see."""
        if self._first_date != before._first_date:
            return set()
        codes, codes_before = self.column(PRODUCT_CODE), before.column(PRODUCT_CODE)
        place = None if codes.equals(codes_before) else pc.index_in(codes, value_set=codes_before)

        def is_same(week: int) -> bool:
            units = before.column(week_column(week))
            return bool(self.column(week_column(week)).equals(units if place is None else units.take(place)))

        both = [week for week in self.weeks if week in before.weeks]
        return {week for week, same in zip(both, work_on(both, is_same), strict=True) if same}

    def column(self, name: str) -> pa.Array:
        """A column of the wide table, of all products."""
        return pa.concat_tables(self._store.read_batches(self._file, columns=[name]))[name].combine_chunks()

    def read(self, week: int) -> Iterator[pa.Table]:
        """The sales of a week, batch by batch."""
        for table in self._store.read_batches(self._file, columns=[PRODUCT_CODE, week_column(week)]):
            yield HISTORY.enforce(to_long(table, self._first_date))

    def read_units(self, week: int) -> Iterator[pa.RecordBatch]:
        """Yield the codes and units of a week, null before a launch."""
        for table in self._store.read_batches(self._file, columns=[PRODUCT_CODE, week_column(week)]):
            yield from table.rename_columns([PRODUCT_CODE, UNITS]).to_batches()

    def merge(self, week: int, kept: pa.Table | None) -> pa.Table:
        """All known sales of a week: those of the run, and of other products what was known before, in order."""
        newest = HISTORY.columns.empty_table()
        if week in self.weeks:
            newest = pa.concat_tables([newest, *self.read(week)])
        merged = newest if kept is None or not kept.num_rows else merge_long(kept, newest)
        return HISTORY.enforce(merged.combine_chunks())
