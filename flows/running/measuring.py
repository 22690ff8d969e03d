"""A run leaves its figures for a monitor when it ends, however it ends."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flows.running.reporting import PrefectReporter
from schemas.errors import WeekcastError
from tasks.monitoring.figures import Ended, list_figures

METRICS = "WEEKCAST_METRICS"


@contextmanager
def measured(store: str) -> Iterator[None]:
    """Write the figures of the run in the block to the file that the environment names; none where it names none."""
    started, exit_code = time.time(), WeekcastError.exit_code
    try:
        yield
        exit_code = 0
    except WeekcastError as error:
        exit_code = error.exit_code
        raise
    finally:
        if path := os.environ.get(METRICS, "").strip():
            now = time.time()
            _write(path, store, Ended(now - started, now, exit_code))


def _write(path: str, store: str, ended: Ended) -> None:
    """Write the file, or warn: what cannot be measured stops no run."""
    from tasks.monitoring.textfile import write_figures  # not needed by most runs

    try:
        write_figures(path, store, list_figures(store, ended))
    except OSError as error:
        PrefectReporter("metrics").warn(f"{METRICS}={path}: the figures of the run are not written ({error.strerror})")
