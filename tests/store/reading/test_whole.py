"""Who reads a store while a run publishes, or after one was killed as it did, is not told of damage that is none."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from flows.commands.stores.asking import ask
from tasks.store.publishing.manifest import Manifest
from tasks.store.publishing.retention import Retention
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.store.verification.whole import read_whole
from tests.store.conftest import killed_at, unpack
from tests.store.published import publish_run

READ = ("forecasts/latest.parquet", "champion.json", "reports/latest.html", "forecasts/vintages.parquet")


def test_a_store_that_is_published_to_meanwhile_is_asked_again(two_weeks: Store, weeks: list[Manifest]) -> None:
    asked = list[int]()

    def read(snapshot: Snapshot) -> int:
        asked.append(len(snapshot.publications))
        if len(asked) == 1:
            publish_run(two_weeks, weeks[2], Retention(1, 1))  # which removes what is about to be read
        files = [snapshot.store.local(path) for path in snapshot.hashes]
        return len(files)

    assert ask(str(two_weeks.local("")), read) == len(Snapshot.read(two_weeks).hashes)
    assert asked == [2, 3]


@pytest.mark.parametrize("number", range(1, 17, 3))
def test_a_publication_that_was_killed_is_no_damage(two_weeks: Store, weeks: list[Manifest], number: int) -> None:
    assert killed_at(number, "after", partial(publish_run, two_weeks, weeks[2]))
    snapshot = read_whole(two_weeks)
    assert len(snapshot.publications) in (2, 3)
    for path in READ:
        assert snapshot.store.local(path).is_file()


def test_a_store_of_the_first_release_has_the_files_of_today(tmp_path: Path) -> None:
    store = unpack("format_1.zip", tmp_path / "store")
    snapshot = read_whole(store)
    assert sorted(publication.as_of_week for publication in snapshot.publications) == [13, 14, 15]
    history = "forecasts/history/0014/forecast.parquet"
    assert snapshot.store.count_rows(history) > 0 and history in snapshot.hashes
    assert snapshot.store.tell(history) == f"{tmp_path}/store/forecasts/history/as_of_week=0014/forecast.parquet"
