"""Dask's workers give what threads give, also where some are lost, and where they may not, they are refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil
import pytest

from schemas.config import Config
from schemas.errors import RunnerFailed, UsageError
from tasks.evaluation.backtest import backtest
from tasks.evaluation.fits import Answered
from tasks.models.paths.grouping import tabulate_sums
from tasks.models.paths.table import Ahead
from tasks.models.table import to_forecast_table
from tasks.runners.choosing import RUNNER, opened_runner
from tasks.runners.cluster import Cluster
from tasks.runners.identity import identify_process
from tasks.runners.runner import Runner
from tasks.runners.threads import Threads, count_processors
from tests.bucket import CLOCK, NAME, Bucket
from tests.command_line.command import in_this_process, tree_of
from tests.histories import draw_history, read_in_batches
from tests.processes.clusters import WORKER, list_workers, running_dask, scheduler
from tests.weeks import QUICK, run_week

WRONG = ["spark", "dask:8786", "tcp://127.0.0.1:8786", "dask://", "dask://localhost", "dask://a:b", "dask://a:1/"]


@pytest.fixture(scope="module")
def cluster(served: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Workers of this machine, which may use the bucket."""
    with Cluster("") as runner, pytest.MonkeyPatch.context() as environment:
        for name, value in (served.environment | {"WEEKCAST_CACHE": f"{tmp_path_factory.mktemp('cache')}"}).items():
            environment.setenv(name, value)
        assert runner.width == count_processors()
        yield runner


def forecasts_of(runner: Runner, on_answer: Any = lambda: None) -> tuple[dict[str, Any], list[Any]]:
    history, tables = draw_history(150, 40, launches=True), list[Any]()

    def keep(answered: Answered) -> None:
        on_answer()
        ahead = Ahead.of(answered.panel, Config().horizon)
        tables.append(to_forecast_table(answered.panel, answered.answer))
        tables.extend([answered.groups.rows, tabulate_sums([answered.groups], ahead)] if answered.groups else [])

    tested = backtest(read_in_batches(history), range(28, 34), Config(), "weekly", runner, keep, columns=())
    assert len(tables) == 3 * 6
    scores = {name: {**scores.to_json(), "seconds": 0} for name, scores in tested.scores.items()}
    return scores, tables


def test_a_backtest_gives_the_same_where_workers_are_killed_in_it(cluster: Cluster) -> None:
    killed = list[psutil.Process]()

    def kill() -> None:
        if len(killed) < 2 and (workers := list_workers()):
            worker, _ = max(workers, key=lambda found: found[1])
            worker.kill()
            killed.append(worker)

    with Threads() as threads:
        scores, tables = forecasts_of(threads)
    by_workers, their_tables = forecasts_of(cluster, kill)
    assert len(killed) == 2
    assert by_workers == scores
    assert all(ours.equals(theirs) for ours, theirs in zip(tables, their_tables, strict=True))


def test_two_weeks_in_a_bucket_are_those_of_threads_in_a_folder(
    cluster: Cluster, bucket: Bucket, prefix: str, tmp_path: Path
) -> None:
    sales, store = tmp_path / "sales.csv", f"s3://{NAME}/{prefix}"
    assert in_this_process("sample", sales, "--products", 60, "--weeks", 30).code == 0
    for week in (27, 28):
        here = run_week(sales, tmp_path / "store", week, batch_products=16, **QUICK)
        there = run_week(sales, store, week, runner=cluster, batch_products=16, **QUICK)
        assert here.run_id == there.run_id
    ours, theirs = tree_of(tmp_path / "store", CLOCK), bucket.objects(prefix)
    hashes = {path: sha256(content).hexdigest() for path, content in theirs.items() if not path.startswith(CLOCK)}
    assert hashes == ours
    assert any(path.startswith("ledger/forecasts/") for path in ours)


def test_a_worker_that_would_round_otherwise_is_refused_before_it_works(tmp_path: Path) -> None:
    with scheduler(tmp_path) as address:
        worker = [*WORKER, "--no-nanny", f"tcp://{address}"]
        with running_dask(*worker, OPENBLAS_CORETYPE="Nehalem"), opened_by(f"dask://{address}") as runner:
            with pytest.raises(RunnerFailed) as refused:
                runner.start(identify_process)
        assert "this worker would compute other numbers, because it has OpenBLAS Nehalem" in refused.value.message
        assert 'run `eval "$(python -m tasks.runners)"` before it is started' in refused.value.message
        with running_dask(*worker), opened_by(f"dask://{address}") as runner:
            assert [*runner.results([runner.start(identify_process)])] == [identify_process()]


def test_a_scheduler_that_is_away_ends_the_run() -> None:
    with opened_by("dask://127.0.0.1:9") as runner, pytest.raises(RunnerFailed, match="dask://127.0.0.1:9: "):
        runner.share(1)


@pytest.mark.parametrize(
    "name", ["spark", "dask:8786", "tcp://127.0.0.1:8786", "dask://", "dask://localhost", "dask://a:b", "dask://a:1/"]
)
def test_a_runner_that_there_is_not_is_wrong_usage(name: str) -> None:
    with pytest.raises(UsageError) as refused, opened_by(name):
        pass
    assert refused.value.message == f"WEEKCAST_RUNNER={name}: expected threads, dask or dask://HOST:PORT"


@contextmanager
def opened_by(name: str) -> Iterator[Runner]:
    """The runner of a process whose environment names it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(RUNNER, name)
        with opened_runner() as runner:
            yield runner
