"""A forecast of very many rows is a folder of files; all else is as it is with one file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from tasks.store.store import Store
from tasks.store.verification.inspection import inspect
from tasks.store.verification.repair import repair
from tests.bucket import CLOCK
from tests.command_line.command import tree_of
from tests.weeks import QUICK, run_week

PRODUCTS, ROWS = 60, 50  # rows of each file, of which 48 are of whole products
BESIDE = ("groups.parquet", "quantiles.parquet", "distributions.parquet")  # tables of so many rows are left out or cut


@pytest.fixture(scope="module")
def stores(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two weeks in a store with files, and in one with folders."""
    folder = tmp_path_factory.mktemp("stores")
    for week in (26, 27):
        run_week(sample, folder / "files", week, **QUICK)
        run_week(sample, folder / "folders", week, rows_per_file=ROWS, **QUICK)
    return folder / "files", folder / "folders"


def test_a_latest_forecast_is_a_folder_that_a_small_file_names(stores: tuple[Path, Path]) -> None:
    files, folders = stores
    assert not (folders / "forecasts" / "latest.parquet").exists()
    named = json.loads((folders / "forecasts" / "latest.json").read_text())
    assert (named["folder"], named["as_of_week"]) == (f"forecasts/latest/{named['run_id']}", 27)
    parts = sorted((folders / named["folder"]).iterdir())
    assert [part.name for part in parts] == [f"part-{number:05d}.parquet" for number in range(4)]
    assert [pq.read_metadata(part).num_rows for part in parts] == [48, 48, 48, 36]
    whole = pq.read_table(files / "forecasts" / "latest.parquet")
    assert ds.dataset(parts).to_table().equals(whole)
    assert pq.read_schema(parts[0]).metadata == pq.read_schema(files / "forecasts" / "latest.parquet").metadata


def test_all_else_is_as_with_one_file(stores: tuple[Path, Path]) -> None:
    files, folders = (tree_of(store, CLOCK) for store in stores)
    others = {path for path in files if Path(path).name not in ("forecast.parquet", "latest.parquet", *BESIDE)}
    differ = {path for path in others if folders.get(path) != files[path]}
    assert {Path(path).name for path in differ} <= {"manifest.json", "card.json"}
    assert "ledger/forecasts/0026.parquet" in others
    history = (ds.dataset(store / "forecasts" / "history").to_table() for store in stores)
    assert not [path for path in folders if Path(path).name == "quantiles.parquet"]
    groups = pq.read_table(stores[0] / "forecasts" / "groups.parquet")
    kept = pq.read_table(stores[1] / "forecasts" / "groups.parquet")
    assert kept.equals(groups.filter(pc.field("group_by") != "product_code"))
    one, other = (table.sort_by([(name, "ascending") for name in ("as_of_week", "product_code")]) for table in history)
    assert one.equals(other)


def test_a_reader_of_the_folder_before_is_not_disturbed_and_older_ones_go(
    stores: tuple[Path, Path], sample: Path, tmp_path: Path
) -> None:
    store = shutil.copytree(stores[1], tmp_path / "store")
    before = sorted(path.name for path in (store / "forecasts" / "latest").iterdir())
    assert len(before) == 2
    last = json.loads((store / "forecasts" / "latest.json").read_text())["run_id"]
    third = run_week(sample, store, 28, rows_per_file=ROWS, **QUICK)
    assert third.forecast == f"forecasts/latest/{third.run_id}"
    assert {path.name for path in (store / "forecasts" / "latest").iterdir()} == {last, third.run_id}
    again = run_week(sample, store, 28, rows_per_file=ROWS, **QUICK)
    assert (again.outcome, again.forecast) == ("nothing_new", third.forecast)
    fourth = run_week(sample, store, 29, **QUICK)
    assert fourth.forecast == "forecasts/latest.parquet"
    assert not (store / "forecasts" / "latest.json").exists()
    assert [path.name for path in (store / "forecasts" / "latest").iterdir()] == [third.run_id]
    found = inspect(Store(str(store)))
    assert (found.damaged, found.unfinished) == ([], [])


def test_what_is_published_again_in_other_parts_leaves_none_of_the_old(
    stores: tuple[Path, Path], sample: Path, tmp_path: Path
) -> None:
    store = shutil.copytree(stores[1], tmp_path / "store")
    settings = {**QUICK, "keep_runs": 1}
    for seed, rows in ((1, ROWS), (2, ROWS), (1, 2 * ROWS)):
        run_week(sample, store, 28, seed=seed, rows_per_file=rows, **settings)
    folder = store / json.loads((store / "forecasts" / "latest.json").read_text())["folder"]
    assert ds.dataset(folder).count_rows() == 3 * PRODUCTS
    assert inspect(Store(str(store))).damaged == []


def test_the_folder_before_stays_also_after_a_backfill(stores: tuple[Path, Path], sample: Path, tmp_path: Path) -> None:
    store = shutil.copytree(stores[1], tmp_path / "store")
    before = run_week(sample, store, 29, rows_per_file=ROWS, **QUICK)
    run_week(sample, store, 28, backfill=True, rows_per_file=ROWS, **QUICK)
    after = run_week(sample, store, 29, rows_per_file=ROWS, **{**QUICK, "seed": 2})
    assert {path.name for path in (store / "forecasts" / "latest").iterdir()} == {before.run_id, after.run_id}


def test_readers_are_told_of_a_folder_once_it_is_there(
    stores: tuple[Path, Path], sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, moved = shutil.copytree(stores[1], tmp_path / "store"), list[str]()
    move = Store.move

    def noted(self: Store, source: str, path: str) -> None:
        moved.append(path)
        move(self, source, path)

    monkeypatch.setattr(Store, "move", noted)
    run_week(sample, store, 28, rows_per_file=ROWS, **QUICK)
    assert moved[-1] == "forecasts/latest.json"


def test_the_name_of_the_folder_can_be_repaired(stores: tuple[Path, Path], tmp_path: Path) -> None:
    store = shutil.copytree(stores[1], tmp_path / "store")
    (store / "forecasts" / "latest.json").unlink()
    assert repair(Store(str(store))) == ["forecasts/latest.json"]
    assert inspect(Store(str(store))).damaged == []


def test_a_lost_part_is_taken_from_its_copies(stores: tuple[Path, Path], tmp_path: Path) -> None:
    store = shutil.copytree(stores[1], tmp_path / "store")
    (lost, *_) = (store / "forecasts" / "latest").glob("*/part-00002.parquet")
    lost.unlink()
    path = lost.relative_to(store).as_posix()
    assert [damage.path for damage in inspect(Store(str(store))).damaged] == [path]
    assert repair(Store(str(store))) == [path]
    assert inspect(Store(str(store))).damaged == []
