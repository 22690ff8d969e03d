"""One of the kills that `make soak` makes at a hundred moments of a run."""

from __future__ import annotations

from tests.server import PrefectServer
from tests.soak import moments
from tests.soak.workshop import workshop


def test_a_run_that_is_killed_leaves_nothing_behind_that_a_reader_sees(prefect_server: PrefectServer) -> None:
    with workshop(prefect_server) as shop:
        rows = list(moments.measure(shop, [94]))
    assert len(rows) == 1
    assert [row for row in rows if not moments.is_good(row)] == []
