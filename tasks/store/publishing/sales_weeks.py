"""The sales history: one file a week, so that a new week adds a file and leaves those that did not change alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from schemas.forecasts import AS_OF_DATE, AS_OF_WEEK, PRODUCT_CODE, UNITS
from schemas.sales import HISTORY, WEEK, week_column, week_of
from tasks.sales.history.long_table import merge_long, to_long
from tasks.sales.weeks import count_back
from tasks.store.batches import work_on
from tasks.store.commit import Staging
from tasks.store.files import write_parquet
from tasks.store.paths import FORECAST_FILE, SALES_FILE, SALES_FOLDER, SALES_IN_ONE_FILE, run_file, sales_file
from tasks.store.store import Store


def list_sales(hashes: Iterable[str]) -> list[str]:
    """The files of the sales history among committed files, in order."""
    return sorted(path for path in hashes if path.startswith(f"{SALES_FOLDER}/"))


def known_sales(store: Store, hashes: Iterable[str]) -> ds.Dataset | None:
    """The sales history, of which only what is asked for is read; None where nothing was published."""
    files = [store.path(path) for path in list_sales(hashes)]
    return ds.dataset(files, format="parquet") if files else None


def stage_sales(store: Store, staging: Staging, run_id: str, hashes: dict[str, str]) -> tuple[str, ...]:
    """Stage the weeks in which the run's sales are not those that are known; returns the files that they replace.

    What the run does not have stays known: other weeks, and other products of its weeks.
    """
    in_one_file = store.read_table(SALES_IN_ONE_FILE) if SALES_IN_ONE_FILE in hashes else None
    weeks = weeks_of(store, run_id)
    if in_one_file:
        weeks |= set(in_one_file[WEEK].unique().to_pylist())

    def merge(week: int) -> pa.Table | None:
        if sales_file(week) not in hashes:
            return merge_week(store, run_id, week, in_one_file and in_one_file.filter(pc.field(WEEK) == week))
        kept = store.read_table(sales_file(week))
        if _is_known(kept, store, run_id, week):
            return None
        merged = merge_week(store, run_id, week, kept)
        return None if merged.equals(kept) else merged

    for week, merged in zip(sorted(weeks), work_on(sorted(weeks), merge), strict=True):
        if merged:
            with staging.replacing(sales_file(week)) as aside:
                write_week(aside, merged)
    return (SALES_IN_ONE_FILE,) if in_one_file else ()


def _is_known(kept: pa.Table, store: Store, run_id: str, week: int) -> bool:
    """Whether a run has the same products and units in a week as are known, which is quick to see."""
    wide = _read_wide(store, run_id, week).drop_null()
    return bool(wide[PRODUCT_CODE].equals(kept[PRODUCT_CODE]) and wide[week_column(week)].equals(kept[UNITS]))


def _read_wide(store: Store, run_id: str, week: int) -> pa.Table:
    return pa.concat_tables(store.read_batches(run_file(run_id, SALES_FILE), columns=[PRODUCT_CODE, week_column(week)]))


def write_week(path: Path, sales: pa.Table) -> None:
    """Write the sales of a week, in which each product has one row."""
    write_parquet(path, sales, unique=PRODUCT_CODE)


def merge_week(store: Store, run_id: str, week: int, kept: pa.Table | None) -> pa.Table:
    """All known sales of a week: those of the run, and of other products what was known before, in order."""
    newest = HISTORY.columns.empty_table()
    if week in weeks_of(store, run_id):
        newest = to_long(_read_wide(store, run_id, week), first_date_of(store, run_id))
    merged = newest if kept is None or not kept.num_rows else merge_long(kept, newest)
    return HISTORY.enforce(merged.combine_chunks())


def weeks_of(store: Store, run_id: str) -> set[int]:
    """The weeks of a run's sales."""
    columns = store.read_columns(run_file(run_id, SALES_FILE))
    return {week_of(name) for name in columns if name != PRODUCT_CODE}


def first_date_of(store: Store, run_id: str) -> date | None:
    """The date of week 0 where a run's forecasts have a calendar."""
    first = next(store.read_batches(run_file(run_id, FORECAST_FILE), 1, [AS_OF_WEEK, AS_OF_DATE]))
    return count_back(first[AS_OF_WEEK][0].as_py(), first[AS_OF_DATE][0].as_py())
