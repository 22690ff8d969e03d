"""Runs that meet on a bucket: one that was stopped for longer than its lease, and three that begin at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.bucket import Bucket
from tests.server import PrefectServer
from tests.soak.buckets import Trial, is_good, used
from tests.soak.workshop import LAST_WEEK, workshop


@pytest.fixture(scope="module")
def trials(prefect_server: PrefectServer) -> Iterator[tuple[Trial, Trial]]:
    """A store of the week before, and one of the week in which nothing happened."""
    bucket = Bucket()
    with workshop(prefect_server) as shop, bucket.serving(), used(bucket, shop.folder / "cache"):
        first = Trial(bucket, shop, "first")
        assert first.publish(LAST_WEEK - 1) == 0
        whole = first.copied("whole")
        assert whole.publish(LAST_WEEK) == 0
        yield first, whole


def test_a_run_that_was_stopped_before_its_commit_changes_nothing_any_more(trials: tuple[Trial, Trial]) -> None:
    first, whole = trials
    row = first.copied("stopped").measure(lambda _, path: "/staged/" in path, signal.SIGSTOP, whole)
    assert is_good(row), row
    assert row["codes"] == (4, 0)


def test_of_three_runs_at_once_one_publishes(trials: tuple[Trial, Trial]) -> None:
    first, whole = trials
    row = first.copied("three").race(whole)
    assert is_good(row), row
