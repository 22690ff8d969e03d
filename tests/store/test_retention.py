"""Files of old runs and models go, and everything that readers look at stays whole."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest

from tasks.store.commit import find_sealed
from tasks.store.opening import opened
from tasks.store.paths import LATEST, run_file
from tasks.store.publishing.manifest import Manifest
from tasks.store.publishing.publication import was_published
from tasks.store.publishing.retention import Retention
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.store.verification.inspection import inspect
from tasks.store.verification.repair import repair
from tests.store.conftest import killed_at, readable
from tests.store.published import publish_run


def publish_all(store: Store, weeks: list[Manifest], retention: Retention) -> None:
    for manifest in weeks:
        publish_run(store, manifest, retention)


@pytest.mark.parametrize(("runs", "models"), [(1, None), (2, 1), (None, 1), (9, 9)])
def test_only_the_newest_runs_and_models_are_kept(
    unpublished: Store, weeks: list[Manifest], tmp_path: Path, runs: int | None, models: int | None
) -> None:
    whole = Store(shutil.copytree(unpublished.local(""), tmp_path / "whole").as_posix())
    publish_all(whole, weeks, Retention())
    publish_all(unpublished, weeks, Retention(runs, models))
    assert readable(unpublished) == readable(whole)
    of_runs, of_models = ([getattr(week, name) for week in weeks] for name in ("run_id", "model_version"))
    assert set(unpublished.folders("runs")) == set(of_runs[-(runs or 3) :])
    assert set(unpublished.folders("models")) == set(of_models[-(models or 3) :])
    assert (inspect(unpublished).damaged, inspect(unpublished).unfinished) == ([], [])
    assert was_published(Snapshot.read(unpublished), of_runs[-1])
    assert was_published(Snapshot.read(unpublished), of_runs[0]) == (runs is None or runs >= 3)


def test_the_run_and_the_model_behind_the_latest_forecast_stay_when_an_older_week_is_published(
    unpublished: Store, weeks: list[Manifest]
) -> None:
    for manifest in (weeks[2], weeks[0], weeks[1]):
        publish_run(unpublished, manifest, Retention(1, 1))
    assert weeks[2].run_id in unpublished.folders("runs")
    assert weeks[2].model_version in unpublished.folders("models")
    assert weeks[0].run_id not in unpublished.folders("runs")
    assert inspect(unpublished).damaged == []


def test_a_model_that_never_served_goes_with_the_older_ones(unpublished: Store, weeks: list[Manifest]) -> None:
    rejected = f"models/{weeks[1].model_version}/network.keras"
    stayed = weeks[1].model_copy(update={"model_version": weeks[0].model_version, "promoted": False})
    publish_all(unpublished, [weeks[0], stayed], Retention(models=1))
    assert unpublished.exists(rejected) and unpublished.read_json("champion.json")["model_version"] == (
        weeks[0].model_version
    )
    publish_run(unpublished, weeks[2], Retention(models=2))
    assert set(unpublished.folders("models")) == {weeks[0].model_version, weeks[2].model_version}


def test_a_damaged_file_is_rebuilt_from_what_is_kept(unpublished: Store, weeks: list[Manifest]) -> None:
    publish_all(unpublished, weeks, Retention(1, 1))
    for path in ("sales/0009.parquet", LATEST, "champion.json"):
        unpublished.local(path).write_bytes(b"")
    assert set(repair(unpublished)) == {"sales/0009.parquet", LATEST, "champion.json"}
    unpublished.local(run_file(weeks[-1].run_id, "sales.parquet")).write_bytes(b"")
    assert repair(unpublished) == []
    assert len(inspect(unpublished).damaged) == 1


def test_a_kill_while_files_are_removed_is_finished(unpublished: Store, weeks: list[Manifest]) -> None:
    publish_all(unpublished, weeks[:2], Retention())
    work = partial(publish_run, unpublished, weeks[2], Retention(1, 1))
    number = 1
    while not find_sealed(unpublished):
        assert killed_at(number, "after", work)
        number += 1
    with opened(str(unpublished.local(""))):
        pass
    assert unpublished.folders("runs") == [weeks[2].run_id]
    assert (inspect(unpublished).damaged, inspect(unpublished).unfinished) == ([], [])
