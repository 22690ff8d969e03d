"""A publication is complete or absent, at whatever moment its process is killed."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from schemas.errors import StoreDamaged
from tasks.store.commit import committed_hashes, find_sealed, read_commits
from tasks.store.opening import opened
from tasks.store.paths import CHAMPION, LATEST, REPORT, VINTAGES_FILE
from tasks.store.publishing.manifest import Manifest
from tasks.store.publishing.publication import was_published
from tasks.store.publishing.sales_weeks import list_sales
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.store.verification.inspection import inspect
from tests.store.conftest import copy_of, killed_at, publish, readable, unpack
from tests.store.published import publish_run

RENAMES = 18  # number of renames of a publication that becomes the latest


def open_again(store: Store) -> None:
    """Open the store, as the next run does first."""
    with opened(str(store.local(""))):
        pass


def test_a_kill_at_any_rename_leaves_the_old_or_the_new_forecast(
    two_weeks: Store, weeks: list[Manifest], tmp_path: Path
) -> None:
    before = readable(two_weeks)
    never_killed = copy_of(two_weeks, tmp_path / "never")
    assert not killed_at(RENAMES + 1, "before", partial(publish_run, never_killed, weeks[2]))
    after = readable(never_killed)
    finished = 0
    for number in range(1, RENAMES + 1):
        for when in ("before", "after"):
            store = copy_of(two_weeks, tmp_path / f"{when}{number}")
            assert killed_at(number, when, partial(publish_run, store, weeks[2]))
            found = inspect(store)
            assert found.damaged == []
            latest = store.sha256("forecasts/latest.parquet")
            assert latest in (before["forecasts/latest.parquet"], after["forecasts/latest.parquet"])
            killed_at(1, when, partial(open_again, store))  # the process that finishes it is killed too
            open_again(store)
            published = was_published(Snapshot.read(store), weeks[2].run_id)
            assert readable(store) == (after if published else before)
            finished += published
            if not published:
                publish_run(store, weeks[2])
            assert readable(store) == after
            assert [commit.number for commit in read_commits(store).values()] == [1, 2, 3]
            assert (inspect(store).damaged, inspect(store).unfinished) == ([], [])
            shutil.rmtree(store.local(""))
    assert finished >= RENAMES  # about half of all kills come after the publication was decided


def test_a_week_keeps_its_first_vintage(published: Store, weeks: list[Manifest]) -> None:
    vintage = published.sha256("forecasts/history/0015/forecast.parquet")
    other = weeks[2].model_copy(update={"run_id": "other"})
    shutil.copytree(published.local(f"runs/{weeks[2].run_id}"), published.local("runs/other"))
    published.copy(f"runs/{weeks[1].run_id}/forecast.parquet", "runs/other/forecast.parquet")
    publish_run(published, other)
    assert published.sha256("forecasts/history/0015/forecast.parquet") == vintage
    assert published.sha256("forecasts/latest.parquet") != vintage
    publish_run(published, weeks[2])  # replaced, and published again from the files of its run
    assert published.sha256("forecasts/latest.parquet") == vintage
    assert publish_run(published, weeks[2]) is None
    assert inspect(published).damaged == []


def published_sales_files(store: Store) -> list[str]:
    files = list_sales(committed_hashes(read_commits(store).values()))
    assert files == store.files("sales")
    return files


def test_a_new_week_adds_a_file_of_sales_and_leaves_the_others_alone(unpublished: Store, weeks: list[Manifest]) -> None:
    publish(unpublished, weeks[:1])
    before = {path: unpublished.local(path).stat() for path in published_sales_files(unpublished)}
    publish(unpublished, weeks[1:2])
    assert set(published_sales_files(unpublished)) - set(before) == {"sales/0014.parquet"}
    for path, stat in before.items():
        assert unpublished.local(path).stat().st_ino == stat.st_ino


def test_sales_that_an_earlier_release_kept_in_one_file_are_divided_by_week(
    tmp_path: Path, unpublished: Store, weeks: list[Manifest]
) -> None:
    store = unpack("format_2.zip", tmp_path / "earlier")
    assert store.files("sales") == ["sales/sales.parquet"]
    before = store.read_table("sales/sales.parquet")
    with opened(str(store.local(""))) as snapshot:
        assert snapshot.latest and snapshot.latest.as_of_week == 15
    assert inspect(store).damaged == []
    assert "sales/sales.parquet" not in published_sales_files(store)
    order = [("product_code", "ascending"), ("week", "ascending")]
    assert pq.read_table(store.local("sales")).sort_by(order).equals(before.sort_by(order))
    publish(unpublished, weeks)
    assert published_sales_files(unpublished) == published_sales_files(store)
    for path in published_sales_files(store):
        assert store.sha256(path) == unpublished.sha256(path)


def test_a_forecast_of_an_older_week_is_not_the_latest(unpublished: Store, weeks: list[Manifest]) -> None:
    publish(unpublished, [weeks[0], weeks[2]])
    before = {
        path: unpublished.sha256(path) for path in (LATEST, REPORT, CHAMPION, *published_sales_files(unpublished))
    }
    publish(unpublished, [weeks[1]])
    assert before == {path: unpublished.sha256(path) for path in before}
    assert unpublished.exists("forecasts/history/0014/forecast.parquet")
    assert unpublished.read_table(VINTAGES_FILE)["is_latest"].to_pylist() == [True, True, False]


TROUBLES = [
    (path, trouble)
    for path in ("forecasts/vintages.parquet", "sales/0009.parquet", "champion.json")
    for trouble in ("changed", "lost", "old")
    if (path, trouble) != ("sales/0009.parquet", "old")  # the old file of a week is its new one
]


@pytest.mark.parametrize("path, trouble", TROUBLES)
def test_nothing_is_published_to_a_damaged_store(
    unpublished: Store, weeks: list[Manifest], path: str, trouble: str
) -> None:
    publish(unpublished, weeks[:1])
    old = unpublished.local(path).read_bytes()
    publish(unpublished, weeks[1:2])
    file = unpublished.local(path)
    if trouble == "lost":
        file.unlink()
    else:
        whole = file.read_bytes()
        file.write_bytes(old if trouble == "old" else whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    before = readable(unpublished)
    with pytest.raises(StoreDamaged, match="--repair"):
        publish_run(unpublished, weeks[2])
    assert readable(unpublished) == before


def test_staged_files_of_a_publication_that_was_not_decided_are_removed_by_the_next_one(
    two_weeks: Store, weeks: list[Manifest]
) -> None:
    two_weeks.write_text("runs/abandoned/staged/champion.json", "{}")
    two_weeks.write_text("forecasts/.files.1234.aside/latest.parquet", "")
    before = readable(two_weeks)
    third = f"runs/{weeks[2].run_id}"
    begun = ["runs/abandoned", third, "forecasts/.files.1234.aside/latest.parquet"]
    assert (inspect(two_weeks).damaged, inspect(two_weeks).unfinished) == ([], begun)
    open_again(two_weeks)
    assert (inspect(two_weeks).unfinished, readable(two_weeks)) == ([*begun[:2]], before)
    publish_run(two_weeks, weeks[2])
    assert (inspect(two_weeks).unfinished, two_weeks.files("runs/abandoned")) == ([], [])


def test_a_staged_file_that_changed_is_not_published(two_weeks: Store, weeks: list[Manifest]) -> None:
    before = readable(two_weeks)
    for number in range(1, RENAMES + 1):
        killed_at(number, "after", partial(publish_run, two_weeks, weeks[2]))
        if find_sealed(two_weeks):
            break
    sealed = find_sealed(two_weeks)
    assert sealed is not None
    two_weeks.local(f"{sealed.commit.staged}/forecasts/latest.parquet").write_bytes(b"other")
    with pytest.raises(StoreDamaged):
        open_again(two_weeks)
    assert two_weeks.sha256("forecasts/latest.parquet") == before["forecasts/latest.parquet"]
