"""Work that is shared out over Dask's workers: processes of this machine, or a cluster that runs already.

Nothing starts before there is work. Dask runs the calls of a lost worker again on another one; a call gives the same
result wherever it runs, so the results are those of threads.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import Any, Self
from uuid import uuid4

import dask
from distributed import CancelledError, Client, LocalCluster, TimeoutError, get_worker, wait
from distributed.client import ClosedClientError
from distributed.scheduler import KilledWorker

from schemas.errors import RunnerFailed
from tasks.runners.identity import identify_process, name_differences
from tasks.runners.runner import Started
from tasks.runners.threads import count_processors, in_order

_DEATHS = 10  # of workers during one call, after which it is given up: other work of theirs may have killed them
_PATIENCE = 60  # seconds that no worker may be there
_ANSWERS_IN = 10  # seconds
_QUEUED = 2  # calls that each worker has, so that it does not wait for the next one
_IS_INSTALLED = "__import__('importlib.util').util.find_spec('tasks.runners.identity') is not None"
_SETTINGS = {
    "distributed.nanny.pre-spawn-environ": {},  # Dask's gives memory back so often that fits take half as long again
    "distributed.scheduler.allowed-failures": _DEATHS,
    "distributed.admin.large-graph-warning-threshold": "1GiB",  # what calls share is sent once
    "distributed.comm.timeouts.connect": f"{_ANSWERS_IN}s",
}


class Cluster:
    """See `tasks.runners.runner.Runner`; address: HOST:PORT of a scheduler, empty for workers of this machine."""

    def __init__(self, address: str) -> None:
        self._address, self._open = address, ExitStack()

    @property
    def width(self) -> int:
        with self._errors():
            return max(int(sum(self._client.nthreads().values())), 1)  # a worker that was lost comes back

    def share(self, value: Any) -> Any:
        with self._errors():
            return self._client.submit(_same, value, pure=False)

    def start(self, work: Callable[..., Any], *arguments: Any) -> Any:
        key = f"{getattr(work, 'func', work).__name__}-{uuid4().hex}"  # as a dashboard shows it
        with self._errors():
            return self._client.submit(_work, identify_process(), work, *arguments, key=key, pure=False)

    def results(self, started: Iterable[Started]) -> Iterator[Any]:
        yield from in_order((_Awaited(self, future) for future in started), _QUEUED * self.width)

    def wait(self, future: Any) -> Any:
        """The result of a call; raises what it raised, RunnerFailed where it is lost with its workers."""
        waited = 0
        with self._errors():
            while not future.done():
                try:
                    wait(future, timeout=_ANSWERS_IN)
                except TimeoutError:
                    waited = 0 if self._client.nthreads() else waited + _ANSWERS_IN
                    if waited > _PATIENCE:
                        raise RunnerFailed(f"{self._name}: no worker has been there for {waited} s") from None
            if future.status != "error":
                return future.result()
        error = future.exception()
        if isinstance(error, KilledWorker):
            raise self._lost(error)
        raise error

    @cached_property
    def _client(self) -> Any:
        """The connection to workers that have been checked."""
        for name in ("distributed", "distributed.client"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is raised
        self._open.enter_context(dask.config.set(_SETTINGS))
        with self._errors():
            client = self._open.enter_context(self._connect())
            client.wait_for_workers(1, timeout=_PATIENCE)
            found = {"the scheduler": client.run_on_scheduler(eval, _IS_INSTALLED)} | client.run(eval, _IS_INSTALLED)
            if missing := [name for name, is_there in found.items() if not is_there]:
                raise RunnerFailed(f"{self._name}: Weekcast is not installed where {missing[0]} runs")
            _require_same(client.run(identify_process), identify_process())
        return client

    def _connect(self) -> Any:
        if self._address:
            protocol = "tls" if dask.config.get("distributed.comm.tls.ca-file", None) else "tcp"
            return Client(f"{protocol}://{self._address}", timeout=_ANSWERS_IN)
        workers = LocalCluster(
            n_workers=count_processors(),
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # any free port: nobody looks at it
            memory_limit=0,  # the run's memory is known, and a worker that is restarted in between is slow
            silence_logs=logging.CRITICAL,
        )
        return Client(self._open.enter_context(workers))

    @property
    def _name(self) -> str:
        return f"dask://{self._address}" if self._address else "dask"

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what Dask says of lost schedulers and workers into RunnerFailed."""
        try:
            yield
        except (CancelledError, ClosedClientError, OSError) as error:
            raise self._lost(error) from error

    def _lost(self, error: Exception) -> RunnerFailed:
        reason = f"{error}".splitlines()[0] if f"{error}" else type(error).__name__
        return RunnerFailed(f"{self._name}: {reason}; see whether its scheduler and its workers run")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()


class _Awaited:
    """A call whose result is waited for as long as workers are there."""

    def __init__(self, cluster: Cluster, future: Any) -> None:
        self._cluster, self._future = cluster, future

    def result(self) -> Any:
        return self._cluster.wait(self._future)


def _same(value: Any) -> Any:
    return value


def _work(ours: dict[str, str], work: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in a worker, which may have joined the cluster after the others were checked."""
    _require_same({get_worker().address: identify_process()}, ours)
    return work(*arguments)


def _require_same(workers: dict[str, dict[str, str]], ours: dict[str, str]) -> None:
    """Raise RunnerFailed where a worker would not compute the same numbers; workers: what each is, by its address."""
    for name, theirs in workers.items():
        if differences := name_differences(ours, theirs):
            raise RunnerFailed(
                f"{name}: this worker would compute other numbers, because it has {differences}; install the same "
                'requirements.lock there, and run `eval "$(python -m tasks.runners)"` before it is started'
            )
