"""What a run alerts people of: the names of the events that it sends to a Prefect server."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Alert(StrEnum):
    """Warnings that somebody should see who does not look at the run."""

    FILE_RESTATED = "weekcast.file-restated"
    LEVEL_SHIFT = "weekcast.level-shift"
    SIMPLE_METHOD = "weekcast.simple-method-answers"
    COVERAGE = "weekcast.coverage"
    SLOW_SLIDE = "weekcast.slow-slide"
    DISK_SHORT = "weekcast.disk-short"


class Warned(NamedTuple):
    """A warning, and the alert that it raises, if any."""

    text: str
    alert: Alert | None = None
