"""A disk that fails for a moment below the store of a run, as `make soak` tries it at every place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server import PrefectServer
from tests.soak.faults.shim import Fault
from tests.soak.sweep import Sweep, is_good
from tests.soak.workshop import workshop

_TRIED = 20  # of some thousand

# What once damaged a store for good, or ended a run with an error that was none of ours.
FULL_WHILE_STAGING = [Fault("ENOSPC", n, ("create", "write"), "runs/*/staged/*") for n in (1, 5, 9)]
KILLED_WHILE_INSTALLING = [Fault("EIO", n, ("rename",), "forecasts/*", kill_after=n * 5) for n in (1, 2)]
FULL_WHILE_INSTALLING = [Fault("ENOSPC", 1, ("rename",), "forecasts/*", lasting=True)]
HALF_INSTALLED = [Fault("EIO", n, ("rename",), "forecasts/*") for n in (1, 2)]
LEFTOVER_THAT_STAYS = [Fault("EIO", 1, ("unlink",), "*.aside*")]
SALES_UNREADABLE = [Fault("EIO", 1, (kind,), "sales/*") for kind in ("open", "read")]


@pytest.fixture(scope="module")
def sweep(prefect_server: PrefectServer) -> Iterator[Sweep]:
    with workshop(prefect_server) as shop:
        yield Sweep.begin(shop)


def test_what_once_damaged_a_store_costs_another_try(sweep: Sweep) -> None:
    once = [*FULL_WHILE_STAGING, *HALF_INSTALLED, *LEFTOVER_THAT_STAYS, *SALES_UNREADABLE]
    broken = [*KILLED_WHILE_INSTALLING, *FULL_WHILE_INSTALLING]
    rows = list(sweep.measure([*once, *broken]))
    assert [row for row in rows if not is_good(row)] == []
    assert [row["failed"] for row in rows[: len(once)]] == [1] * len(once)
    assert [row["code"] for row in rows[: len(once)]] == [0] * len(once)
    assert [row for row in rows[len(once) :] if row["code"] in (0, 1)] == []


def test_a_failure_at_any_place_harms_nothing(sweep: Sweep) -> None:
    cases = sweep.cases()
    tried = cases[:: len(cases) // _TRIED]
    assert [row for row in sweep.measure(tried) if not is_good(row)] == []
