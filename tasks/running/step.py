"""What every box of the DAG has in common: its name in the UI, what is tried again, and its seconds in the log."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from prefect import Task, get_run_logger
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from schemas.errors import SourceMissing, SourceRefused, SourceUnavailable, StoreUnavailable
from schemas.records import Outcome
from tasks.running.memory import release_memory
from tasks.running.retries import retry_seconds

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Progress:
    """What a run shows while it runs: an epoch, a warning, the seconds that a step took, or how the run ended."""

    step: str = ""
    text: str = ""
    warning: str = ""
    seconds: float | None = None
    epoch: int = 0
    epochs: int = 0
    outcome: Outcome | None = None


Listener = Callable[[Progress], None]
_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call a listener with all that runs in this process show, whatever the level of the log."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def show(progress: Progress) -> None:
    """Show listeners of this process how far a run is."""
    for listener in _listeners:
        listener(progress)


def step(name: str, *, in_picture: Any = None) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Make a function the DAG's task of that name; `in_picture` stands in for its result when the DAG is drawn.

    A fault that can pass (a source or a disk that does not answer) is tried again; a fault of the data is not.
    """

    waits = retry_seconds()

    def decorate(function: Callable[P, R]) -> Task[P, R]:
        return Task(
            _timed(name, function),
            name=name,
            task_run_name=name,
            retries=len(waits),
            retry_delay_seconds=waits,
            retry_condition_fn=_can_pass,
            cache_policy=NO_CACHE,  # a step is cheap to repeat and writes the same bytes
            viz_return_value=in_picture,
        )

    return decorate


def log_warning(name: str, message: str) -> None:
    """Warn of something that does not stop the run."""
    get_run_logger().warning(message)
    show(Progress(name, warning=message))


def log_epoch(name: str, epoch: int, total: int, loss: float) -> None:
    """Show how far training is."""
    text = f"{name}: epoch {epoch} of {total}, loss {loss:.4g}"
    get_run_logger().info(text)
    show(Progress(name, text, epoch=epoch, epochs=total))


def _timed(name: str, function: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(function)
    def timed(*args: P.args, **kwargs: P.kwargs) -> R:
        started = time.perf_counter()
        try:
            result = function(*args, **kwargs)
        except (SourceUnavailable, StoreUnavailable) as error:
            log_warning(name, error.message)
            raise
        release_memory()
        seconds = time.perf_counter() - started
        get_run_logger().info("%s took %.1f s", name, seconds)
        show(Progress(name, seconds=seconds))
        return result

    return timed


def _can_pass(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:  # noqa: ARG001 - Prefect names them
    error = state.result(raise_on_failure=False)
    return isinstance(error, SourceUnavailable | StoreUnavailable) and not isinstance(
        error, SourceMissing | SourceRefused
    )
