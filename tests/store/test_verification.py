"""Verify finds each file that differs from what was published last, and calls nothing else damage."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from schemas.errors import StoreDamaged, StoreTooNew, UsageError
from tasks.store.commit import read_commits
from tasks.store.opening import opened
from tasks.store.publishing.manifest import Manifest
from tasks.store.sealing import seal
from tasks.store.store import Store
from tasks.store.verification.inspection import inspect
from tasks.store.verification.repair import repair
from tests.command_line.command import tree_of
from tests.store.conftest import publish, readable, unpack
from tests.store.published import publish_run

ONLY_BY_BACKUP = ("commits/", "models/", "raw/", "runs/")


def all_files(store: Store) -> list[str]:
    return [path for path in store.files("") if not path.startswith(".")]


def damaged(store: Store) -> list[str]:
    return [damage.path for damage in inspect(store).damaged]


def test_each_file_changed_or_lost_is_named_and_repaired_where_possible(published: Store) -> None:
    assert damaged(published) == []
    for path in all_files(published):
        file = published.local(path)
        whole = file.read_bytes()
        middle = len(whole) // 2
        for spoiled in (whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], b"", None):
            file.unlink()
            if spoiled is not None:
                file.write_bytes(spoiled)
            if spoiled is None and path == "commits/000003.installed":  # as after a kill just before it is written
                assert inspect(published).unfinished == ["commits/000003.json"]
                file.write_bytes(whole)
                continue
            assert path in damaged(published), path
            if path.startswith("commits/") and path.endswith(".json"):
                with pytest.raises(StoreDamaged):
                    repair(published)
                assert damaged(published) == [path]
            else:
                repaired = repair(published)
                assert repaired in ([], [path])
                assert damaged(published) == [path][len(repaired) :]
                assert repaired or path.startswith(ONLY_BY_BACKUP)
                assert not repaired or file.read_bytes() == whole
            file.write_bytes(whole)
    assert damaged(published) == []


def test_last_weeks_files_put_back_are_named(unpublished: Store, weeks: list[Manifest], tmp_path: Path) -> None:
    publish(unpublished, weeks[:2])
    shutil.copytree(unpublished.local(""), tmp_path / "last_week")
    publish(unpublished, weeks[2:])
    whole = readable(unpublished)
    last_week = Store(str(tmp_path / "last_week"))
    replaced = [path for path in all_files(last_week) if last_week.sha256(path) != unpublished.sha256(path)]
    assert {"forecasts/latest.parquet", "forecasts/vintages.parquet", "reports/latest.html"} <= set(replaced)
    for path in replaced:
        shutil.copy(last_week.local(path), unpublished.local(path))
        assert damaged(unpublished) == [path]
        assert repair(unpublished) == [path]
        assert damaged(unpublished) == []
    assert readable(unpublished) == whole


def test_a_verify_during_publications_finds_no_damage(
    unpublished: Store, weeks: list[Manifest], tmp_path: Path
) -> None:
    done = threading.Event()

    def publish_all() -> None:
        for number in range(6):
            store = Store(str(tmp_path / "many" / f"{number}"))
            shutil.copytree(unpublished.local(""), store.local(""))
            stores.append(store)
            publish(store, weeks)
        done.set()

    stores: list[Store] = []
    publisher = threading.Thread(target=publish_all)
    publisher.start()
    verified = 0
    while not done.is_set():
        for store in stores[-1:]:
            assert damaged(store) == []
            verified += 1
    publisher.join()
    assert verified > 10


def test_a_folder_that_is_not_a_store_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(UsageError, match="no store"):
        inspect(Store(str(tmp_path)))


def test_a_store_of_the_first_release_is_verified_and_converted(tmp_path: Path, weeks: list[Manifest]) -> None:
    store = unpack("format_1.zip", tmp_path / "store")
    assert damaged(store) == []
    latest, report = (store.sha256(path) for path in ("forecasts/latest.parquet", "reports/latest.html"))
    vintages = {
        week: store.sha256(f"forecasts/history/as_of_week={week:04d}/forecast.parquet") for week in (13, 14, 15)
    }
    with opened(str(store.local(""))):
        pass
    assert damaged(store) == []
    assert (store.sha256("forecasts/latest.parquet"), store.sha256("reports/latest.html")) == (latest, report)
    assert {week: store.sha256(f"forecasts/history/{week:04d}/forecast.parquet") for week in vintages} == vintages
    assert not [path for path in all_files(store) if "=" in path or "windows" in path]
    source = unpack("format_2.zip", tmp_path / "newer")
    for path in weeks[2].kept:
        if not store.exists(path):
            source_file, target = source.local(path), store.local(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source_file, target)
    publish_run(store, weeks[2])
    assert damaged(store) == []
    assert store.sha256("forecasts/history/0015/forecast.parquet") == vintages[15]
    assert store.sha256("forecasts/latest.parquet") != latest


def test_a_damaged_store_of_the_first_release_is_named(tmp_path: Path) -> None:
    store = unpack("format_1.zip", tmp_path / "store")
    for path in all_files(store):
        file = store.local(path)
        whole = file.read_bytes()
        file.write_bytes(whole[:30] + bytes([whole[30] ^ 1]) + whole[31:])
        assert damaged(store) == [path]
        file.write_bytes(whole)


def test_a_store_of_a_later_release_is_not_touched(published: Store, weeks: list[Manifest]) -> None:
    record = published.read_sealed("commits/000003.json")
    published.write_text("commits/000003.json", seal(record | {"format": 99, "news": "unknown"}))
    before = tree_of(published.local(""))
    for use in (inspect, read_commits, repair, lambda store: publish_run(store, weeks[2])):
        with pytest.raises(StoreTooNew, match="99; upgrade"):
            use(published)
    with pytest.raises(StoreTooNew), opened(str(published.local(""))):
        pass
    assert tree_of(published.local("")) == before


def test_a_store_of_this_release_is_undamaged(tmp_path: Path) -> None:
    store = unpack("format_2.zip", tmp_path / "store")
    assert (damaged(store), inspect(store).unfinished) == ([], [])
