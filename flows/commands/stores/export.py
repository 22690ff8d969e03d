"""`weekcast export`: the published forecasts in a layout that other programs share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from flows.commands.stores.asking import ask, ask_store
from flows.commands.stores.outputs import replacing
from flows.console import print_line
from schemas.errors import UsageError
from schemas.forecasts import AS_OF_DATE, AS_OF_WEEK, HORIZON, PRODUCT_CODE, PUBLISHED_LEVELS
from tasks.hubverse.config import Round, describe_hub, describe_model, describe_models, describe_tasks
from tasks.hubverse.outputs import KEPT_LEVELS, MODEL_ID, OUTPUTS, output_file, to_outputs
from tasks.page.formatting import count_noun
from tasks.store.files import ParquetRows, dump_json
from tasks.store.ledger.rows import find_distributions
from tasks.store.paths import LATEST, latest_folder, list_vintages, vintage_file
from tasks.store.snapshot import Snapshot


class _Written(NamedTuple):
    """The outputs of one vintage."""

    reference: date
    horizon: int
    products: set[str]
    levels: tuple[float, ...]


def export_hub(root: str, folder: Path) -> None:
    """Write all vintages of a store as a hub of the hubverse; files that are there already are written over."""
    ask_store(root)
    _require_place(folder, root)
    written = ask(root, partial(_write, folder))
    print_line(f"{count_noun(written, 'forecast')} written as {MODEL_ID}: {folder}")


def _write(folder: Path, snapshot: Snapshot) -> int:
    """Write a hub; returns the number of its forecasts."""
    first_date = _find_first_date(snapshot)
    weeks = list_vintages(snapshot.hashes)
    _write_config(folder, [_write_vintage(snapshot, week, first_date, folder) for week in weeks])
    return len(weeks)


def _require_place(folder: Path, root: str) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--hubverse {folder}: expected a folder, found a file")
    if "://" not in root and folder.resolve().is_relative_to(Path(root).resolve()):
        raise UsageError(f"--hubverse {folder}: expected a folder outside of the store: the pipeline writes there")


def _find_first_date(snapshot: Snapshot) -> date:
    """The first day of the store's week 0; raises UsageError where nothing was published, or weeks have no dates."""
    root = snapshot.store.tell()
    if snapshot.latest is None:
        raise UsageError(f"{root}: nothing was published; expected the STORE of `weekcast run --store STORE`")
    # The newest forecast of all: the first one of its week may have had no dates yet.
    newest = LATEST if LATEST in snapshot.hashes else latest_folder(snapshot.latest.run_id)
    row = next(snapshot.store.read_batches(newest, 1, [AS_OF_WEEK, AS_OF_DATE])).to_pylist()[0]
    if row[AS_OF_DATE] is None:
        raise UsageError(
            f"{root}: its weeks have no dates, which the layout of the hubverse needs; give them in the next run, as "
            "in --set first_week=2024-01-01, the first day of week W0 of the file, and export then"
        )
    start: date = row[AS_OF_DATE] - timedelta(weeks=row[AS_OF_WEEK])
    return start


def _write_vintage(snapshot: Snapshot, week: int, first_date: date, folder: Path) -> _Written:
    """Write the outputs of a vintage; its reference date is the last day of its week."""
    store, vintage = snapshot.store, vintage_file(week)
    reference = first_date + timedelta(weeks=week, days=6)
    told = find_distributions(snapshot, vintage)
    distributions = store.read_batches(told) if told else None
    products, horizon = set[str](), 0
    with replacing(folder / output_file(reference)) as aside, ParquetRows(aside, OUTPUTS) as rows:
        for table in to_outputs(store.read_batches(vintage), distributions, reference):
            rows.write(table)
            products.update(table[PRODUCT_CODE].unique().to_pylist())
            horizon = max(horizon, *table[HORIZON].unique().to_pylist())
    return _Written(reference, horizon, products, PUBLISHED_LEVELS if told else KEPT_LEVELS)


def _write_config(folder: Path, written: list[_Written]) -> None:
    files = {
        "hub-config/admin.json": describe_hub(),
        "hub-config/tasks.json": describe_tasks(list(_gather_rounds(written))),
        "hub-config/model-metadata-schema.json": describe_models(),
        f"model-metadata/{MODEL_ID}.yml": describe_model(),
    }
    for path, content in files.items():
        with replacing(folder / path) as aside:
            aside.write_text(dump_json(content), encoding="utf-8")


def _gather_rounds(written: list[_Written]) -> Iterator[Round]:
    """One round for all forecasts with the same quantiles."""
    for levels in dict.fromkeys(each.levels for each in written):
        same = [each for each in written if each.levels == levels]
        ends = {each.reference + timedelta(weeks=week) for each in same for week in range(1, each.horizon + 1)}
        yield Round(
            references=[each.reference for each in same],
            ends=sorted(ends),
            horizons=list(range(1, max(each.horizon for each in same) + 1)),
            products=sorted(set[str]().union(*(each.products for each in same))),
            levels=levels,
        )
