"""What Prefect finds in the environment when it is imported; nothing here imports it."""

from __future__ import annotations

import logging
import os


def quiet_prefect() -> None:
    """Settings that Prefect reads when it is imported; those of the environment come first."""
    # The terminal shows this project's own progress; Prefect's log, tracebacks and all, is in its UI.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_LOGGING_INTERNAL_LEVEL", "CRITICAL")
    # A call is tried again for 14 s where the server is away, not for a minute: a run makes a dozen of them.
    os.environ.setdefault("PREFECT_CLIENT_MAX_RETRIES", "3")
    logging.raiseExceptions = False  # a server that went away is reported once, not for each line of its log


def prepare_own_server() -> None:
    """Settings that a Prefect server of our own starts with; those of the environment come first."""
    # It starts in 4 to 10 s, and in more on a busy machine.
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
    # It has nobody to report to.
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
