"""How long steps wait and runs last: configuration of the machine that runs them, which no forecast depends on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from prefect.utilities.timeout import timeout

from schemas.errors import RunTimedOut, UsageError

RETRY_SECONDS = "WEEKCAST_RETRY_SECONDS"
TIMEOUT = "WEEKCAST_TIMEOUT_SECONDS"
_DEFAULT = "1,5,15"


def retry_seconds() -> list[float]:
    """Seconds to wait before each further try, as many as are named; raises UsageError where they are no numbers."""
    given = os.environ.get(RETRY_SECONDS, "").strip() or _DEFAULT
    try:
        seconds = [float(wait) for wait in given.split(",")]
    except ValueError:
        seconds = [-1.0]
    if not all(0 <= wait < float("inf") for wait in seconds):
        raise UsageError(f"{RETRY_SECONDS}: expected seconds between commas, such as {_DEFAULT}, got {given!r}")
    return seconds


def _timeout_seconds() -> float | None:
    """Seconds after which a run is given up, None where nothing is set; raises UsageError where that is no number."""
    given = os.environ.get(TIMEOUT, "").strip()
    if not given:
        return None
    if not given.isdecimal() or int(given) < 1:
        raise UsageError(f"{TIMEOUT}: expected whole seconds from 1, such as 7200, got {given!r}")
    return float(given)


class _Exceeded(TimeoutError):
    """The time limit of a run, and nobody else's."""


@contextmanager
def limited() -> Iterator[None]:
    """Raise RunTimedOut where the block takes longer than a run may.

    A limit of the flow's own would tell in the UI neither where it is set nor what to do.
    """
    seconds = _timeout_seconds()
    try:
        with timeout(seconds, timeout_exc_type=_Exceeded):
            yield
    except _Exceeded as error:
        raise RunTimedOut(
            f"the run took longer than {TIMEOUT}={seconds:.0f}; what was published before is whole, and the next run "
            "finishes what was begun: run again, with more seconds where a run needs them"
        ) from error
