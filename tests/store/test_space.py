"""A disk that holds fewer than four further runs, or less than 1 GB, is told."""

from __future__ import annotations

import pytest

from tasks.store.snapshot import Snapshot
from tasks.store.space import find_shortage, tell_shortage
from tasks.store.store import Store


@pytest.mark.parametrize(
    ("free", "last", "is_told"), [(2e9, 0, False), (9e8, 0, True), (2e9, 6e8, True), (3e9, 6e8, False)]
)
def test_room_is_that_of_four_runs_or_a_gigabyte(free: float, last: float, is_told: bool) -> None:
    told = tell_shortage("/srv/store", int(free), int(last))
    assert bool(told) == is_told
    if is_told:
        assert told.startswith(f"/srv/store: {free / 1e9:.1f} GB are free on its disk")


def test_a_store_asks_its_disk(published: Store) -> None:
    free = published.free()
    assert free is not None and bool(find_shortage(Snapshot.read(published))) == (free < 1e9)
