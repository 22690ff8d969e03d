"""How long a step waits before it is tried again is said by the environment."""

from __future__ import annotations

import pytest

from flows.running.steps import as_task
from schemas.errors import UsageError
from tasks.ingest import ingest

RETRY_SECONDS = "WEEKCAST_RETRY_SECONDS"


@pytest.mark.parametrize(
    ("text", "waits"),
    [(None, [1, 5, 15]), ("", [1, 5, 15]), ("0.1,0.1,0.1", [0.1, 0.1, 0.1]), (" 2, 30 ", [2, 30]), ("0", [0])],
)
def test_a_step_waits_as_long_as_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, text: str | None, waits: list[float]
) -> None:
    monkeypatch.delenv(RETRY_SECONDS, raising=False)
    if text is not None:
        monkeypatch.setenv(RETRY_SECONDS, text)
    task = as_task(ingest)
    assert (task.retries, task.retry_delay_seconds) == (len(waits), waits)


@pytest.mark.parametrize("text", ["soon", "1;5", "1,,5", "-1", "nan", "inf"])
def test_waits_that_are_no_seconds_are_a_usage_error(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(RETRY_SECONDS, text)
    with pytest.raises(UsageError, match=RETRY_SECONDS):
        as_task(ingest)
