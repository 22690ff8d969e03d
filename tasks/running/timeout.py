"""How long a run may take: configuration of the machine that runs it, which no forecast depends on."""

from __future__ import annotations

import os

from schemas.errors import UsageError

TIMEOUT = "WEEKCAST_TIMEOUT_SECONDS"


def timeout_seconds() -> float | None:
    """Seconds after which a run is given up, None where nothing is set; raises UsageError where that is no number."""
    given = os.environ.get(TIMEOUT, "").strip()
    if not given:
        return None
    if not given.isdecimal() or int(given) < 1:
        raise UsageError(f"{TIMEOUT}: expected whole seconds from 1, such as 7200, got {given!r}")
    return float(given)
