"""A reader sees the old file or the new one, also when writing it fails."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from schemas.errors import StoreDamaged, StoreInUse, StoreUnavailable, UsageError
from tasks.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))


def test_a_write_that_fails_leaves_the_old_file_and_no_other(store: Store) -> None:
    store.write_text("reports/latest.html", "old")
    with pytest.raises(KeyboardInterrupt), store.replacing("reports/latest.html") as aside:
        aside.write_text("half")
        raise KeyboardInterrupt
    assert store.local("reports/latest.html").read_text() == "old"
    assert store.leftovers() == []
    assert [path.name for path in store.local("reports").iterdir()] == ["latest.html"]


def test_a_file_is_on_the_disk_before_it_takes_its_place(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = list[tuple[str, str]]()
    fsync, replace = os.fsync, os.replace

    def sync(descriptor: int) -> None:
        calls.append(("sync", os.readlink(f"/proc/self/fd/{descriptor}")))
        fsync(descriptor)

    def rename(source: Path, target: Path) -> None:
        calls.append(("rename", str(target)))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", rename)
    store.write_text("reports/latest.html", "new")
    reports = store.local("reports")
    # The new folders in their parents, the file, its rename, and the rename in its folder.
    assert [kind for kind, _ in calls] == ["sync", "sync", "sync", "rename", "sync"]
    assert {path for _, path in calls[:2]} == {str(reports.parent), str(reports.parent.parent)}
    assert Path(calls[2][1]).name.startswith(".latest.html.")
    assert [path for _, path in calls[3:]] == [str(reports / "latest.html"), str(reports)]


def test_a_raw_file_is_named_by_its_hash(store: Store) -> None:
    sha256 = store.write_raw([b"Product_Code,", b"W0\n"])
    assert store.local(f"raw/{sha256}.csv").read_bytes() == b"Product_Code,W0\n"
    assert store.sha256(f"raw/{sha256}.csv") == sha256


def test_batches_that_were_read_take_no_memory(store: Store) -> None:
    units = np.random.default_rng(1).random((8, 1_000_000))
    store.write_table("table.parquet", pa.table(list(units), [f"W{week}" for week in range(8)]))
    before = pa.total_allocated_bytes()
    held = [pa.total_allocated_bytes() - before for batch in store.read_batches("table.parquet", 50_000)]
    assert max(held) < 1.2 * held[0]


def test_a_file_that_cannot_be_read_is_damage_not_a_crash(store: Store) -> None:
    store.write_table("table.parquet", pa.table({"a": [1]}))
    store.local("table.parquet").write_bytes(b"PAR1 and no more")
    store.write_text("value.json", "{")
    with pytest.raises(StoreDamaged):
        store.read_table("table.parquet")
    with pytest.raises(StoreDamaged):
        store.read_json("value.json")
    with pytest.raises(StoreDamaged, match="missing"):
        store.read_json("nothing.json")


def test_only_one_run_can_lock_the_store(store: Store, tmp_path: Path) -> None:
    with store.exclusive(), pytest.raises(StoreInUse), Store(str(tmp_path / "store")).exclusive():
        pass
    with store.exclusive():
        pass


def test_a_place_that_is_not_a_folder_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(StoreUnavailable), Store(str(file)).exclusive():
        pass
    with pytest.raises(UsageError):
        Store("ftp://bucket/store")
