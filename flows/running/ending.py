"""How a run ends under Prefect: the state that the UI shows, its message, and what stands last in the log."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable

from prefect.client.schemas.objects import State, StateType
from prefect.exceptions import CancelledRun
from prefect.logging import get_logger
from prefect.states import Completed, Failed

from flows.running.reporting import PrefectReporter, Progress, show
from schemas.config import WeeklyRequest
from schemas.errors import RunTimedOut, WeekcastError
from schemas.records import Outcome

Run = Callable[[WeeklyRequest], State[Outcome]]
_reporter = PrefectReporter("run")


def telling_its_end(run: Run) -> Run:
    """End with a state of which the message is an expected error: what was found, what was expected, and what to do."""

    @functools.wraps(run)
    def told(request: WeeklyRequest) -> State[Outcome]:
        get_logger("task_runs").addFilter(_of_step)
        get_logger("flow_runs").addFilter(_of_run)
        try:
            return run(request)
        except WeekcastError as error:
            show(Progress(failure=error))
            _reporter.name_end(error.kind)
            name = "TimedOut" if isinstance(error, RunTimedOut) else None  # as Prefect calls it
            return Failed(name=name, message=error.message, data=error)

    return told


def announce(outcome: Outcome, missing: str = "") -> State[Outcome]:
    """The final state of a run, whose message says in the UI how it ended; missing: why a newer week is missed."""
    show(Progress(outcome=outcome))
    _reporter.name_end(outcome.outcome)
    if missing and outcome.outcome == "nothing_new":
        # The UI's colour follows the type: not green, as there is no new forecast, and not red, as no step failed.
        return State(type=StateType.CANCELLED, name="NothingNew", message=missing)
    return Completed(message=outcome.summary, data=outcome)


def _of_step(record: logging.LogRecord) -> bool:
    """Whether a line of a step's log stays: why it failed is told once, at the end of the run."""
    return not _is_failure(record) and not _has_trace(record)


def _of_run(record: logging.LogRecord) -> bool:
    """Whether a line of a run's log stays; its last one, which tells why it failed, is no mere remark."""
    if _is_failure(record):
        record.levelno, record.levelname = logging.ERROR, logging.getLevelName(logging.ERROR)
    return not _has_trace(record)


def _is_failure(record: logging.LogRecord) -> bool:
    return str(record.msg).startswith("Finished in state Failed(")


def _has_trace(record: logging.LogRecord) -> bool:
    """Whether a line is about an expected error, whose trace tells nobody anything."""
    told = [*(record.args or ()), *(record.exc_info or ())]
    return any(isinstance(each, WeekcastError | CancelledRun) for each in told)
