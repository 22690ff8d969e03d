"""A disk that fails for a moment below the store of a run, as `make soak` tries it at every place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.command_line.command import QUICK
from tests.server import PrefectServer
from tests.soak.faults.shim import Fault
from tests.soak.sweep import Sweep, is_good
from tests.soak.workshop import workshop

# What once damaged a store for good, or ended a run with an error that was none of ours.
FULL_WHILE_STAGING = [Fault("ENOSPC", n, ("create", "write"), "runs/*/staged/*") for n in (1, 5, 9)]
HALF_INSTALLED = [Fault("EIO", n, ("rename",), "forecasts/*") for n in (1, 2)]
LEFTOVER_THAT_STAYS = [Fault("EIO", 1, ("unlink",), "*.aside*")]
SALES_UNREADABLE = [Fault("EIO", 1, (kind,), "sales/*") for kind in ("open", "read")]
HALF_OF_THE_CHECKED_FILES_PLACED = [Fault("EIO", 1, ("rename",), "runs/*/quarantine.parquet")]
MODEL_UNREADABLE = [Fault("EIO", 1, ("read",), "*.keras")]
NOT_CLOSED = [Fault("EIO", 1, ("close",), pattern) for pattern in ("runs/*/sales.parquet", "runs/*/.training.parquet*")]
ONCE = [
    *FULL_WHILE_STAGING,
    *HALF_INSTALLED,
    *LEFTOVER_THAT_STAYS,
    *SALES_UNREADABLE,
    *HALF_OF_THE_CHECKED_FILES_PLACED,
    *MODEL_UNREADABLE,
    *NOT_CLOSED,
]
KILLED_WHILE_INSTALLING = [Fault("EIO", n, ("rename",), "forecasts/*", kill_after=n * 5) for n in (1, 2)]
FULL_WHILE_INSTALLING = [Fault("ENOSPC", 1, ("rename",), "forecasts/*", lasting=True)]
ENDED = [*KILLED_WHILE_INSTALLING, *FULL_WHILE_INSTALLING]


@pytest.fixture(scope="module")
def rows(prefect_server: PrefectServer) -> list[dict[str, Any]]:
    """What came of each fault."""
    with workshop(prefect_server) as shop:
        sweep = Sweep.begin(shop, *QUICK, "--set", "network=pretrained", processes=2)
        return list(sweep.measure([*ONCE, *ENDED]))


def test_a_store_is_whole_after_each_failure_and_the_next_run_goes_on(rows: list[dict[str, Any]]) -> None:
    assert len(rows) == 15
    assert [row for row in rows if not is_good(row)] == []


def test_a_step_outlives_a_failure_that_passes(rows: list[dict[str, Any]]) -> None:
    passed = rows[: len(ONCE)]
    assert [(row["failed"], row["code"]) for row in passed] == [(1, 0)] * len(passed)


def test_a_run_that_cannot_go_on_ends_with_an_error_of_ours(rows: list[dict[str, Any]]) -> None:
    ended = rows[len(ONCE) :]
    assert [row["code"] for row in ended] == [-9, -9, 5]
