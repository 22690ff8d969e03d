"""How a step becomes a task of the DAG: its name in the UI, what is tried again, and its seconds in the log."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import task_run

from flows.running.limits import retry_seconds
from flows.running.memory import release_memory
from flows.running.reporting import PrefectReporter
from schemas.errors import SourceMissing, SourceRefused, SourceUnavailable, StoreUnavailable, WeekcastError
from tasks.workspace.workspace import Workspace

P = ParamSpec("P")
R = TypeVar("R")
Step = Callable[Concatenate[Workspace, P], R]


def as_task(step: Step[P, R], *, in_picture: Any = None) -> Task[Concatenate[Workspace, P], R]:
    """The DAG's task that takes a step; `in_picture` stands in for its result when the DAG is drawn.

    A fault that can pass (a source or a disk that does not answer) is tried again; a fault of the data is not.
    """
    waits, name = retry_seconds(), step.__name__
    return Task(
        _told(name, step, waits),
        name=name,
        task_run_name=name,
        retries=len(waits),
        retry_delay_seconds=waits,
        retry_condition_fn=_can_pass,
        cache_policy=NO_CACHE,  # a step is cheap to repeat and writes the same bytes
        viz_return_value=in_picture,
    )


def _told(name: str, step: Step[P, R], waits: Sequence[float]) -> Step[P, R]:
    reporter = PrefectReporter(name)

    @functools.wraps(step)
    def told(work: Workspace, /, *args: P.args, **kwargs: P.kwargs) -> R:
        started = time.perf_counter()
        try:
            result = step(work.telling(reporter), *args, **kwargs)
        except WeekcastError as error:
            if _passes(error) and task_run.run_count <= len(waits):
                reporter.warn(f"tried again in {waits[task_run.run_count - 1]:g} s: {error.message}")
            raise
        release_memory()
        reporter.show_seconds(time.perf_counter() - started)
        return result

    return told


def _can_pass(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:  # noqa: ARG001 - Prefect names them
    return _passes(state.result(raise_on_failure=False))


def _passes(error: object) -> bool:
    return isinstance(error, SourceUnavailable | StoreUnavailable) and not isinstance(
        error, SourceMissing | SourceRefused
    )
