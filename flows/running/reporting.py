"""How a run under Prefect tells how it goes: in its log, in its UI, and to whoever listens in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pyarrow as pa
from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.events import emit_event
from prefect.exceptions import PrefectException
from prefect.runtime import deployment

from flows.running.run_name import name_by_data, name_by_end
from schemas.errors import WeekcastError
from schemas.records import Outcome
from tasks.workspace.alerts import Alert

_DIGITS = 3


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
    failure: WeekcastError | None = None


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


class PrefectReporter:
    """Tells how a step goes; see `tasks.workspace.reporter.Reporter`.

    What cannot be shown in the UI stops no run: the store is what counts.
    """

    def __init__(self, step: str) -> None:
        self._step = step

    def warn(self, message: str, alert: Alert | None = None) -> None:
        get_run_logger().warning(message)
        show(Progress(self._step, warning=message))
        # A person who runs it by hand reads the warning.
        if alert and deployment.id:
            emit_event(alert, {"prefect.resource.id": "weekcast.weekly-forecast"}, payload={"message": message})

    def show_epoch(self, epoch: int, epochs: int, loss: float) -> None:
        text = f"{self._step}: epoch {epoch} of {epochs}, loss {loss:.4g}"
        get_run_logger().info(text)
        show(Progress(self._step, text, epoch=epoch, epochs=epochs))

    def show_seconds(self, seconds: float) -> None:
        """Show how long the step took."""
        get_run_logger().info("%s took %.1f s", self._step, seconds)
        show(Progress(self._step, seconds=seconds))

    def show_table(self, key: str, table: pa.Table, description: str) -> None:
        rows = [
            {name: round(value, _DIGITS) if isinstance(value, float) else value for name, value in row.items()}
            for row in table.to_pylist()
        ]
        with self._showing():
            create_table_artifact(rows, key=key, description=description)

    def show_text(self, key: str, text: str, description: str) -> None:
        with self._showing():
            create_markdown_artifact(text, key=key, description=description)

    def name_run(self, as_of_week: int, horizon: int) -> None:
        with self._showing():
            name_by_data(as_of_week, horizon)

    def name_end(self, outcome: str) -> None:
        """Add how the run ended to its name."""
        with self._showing():
            name_by_end(outcome)

    @contextmanager
    def _showing(self) -> Iterator[None]:
        """Go on with a warning where the server refuses, or does not take, what the block wants to show."""
        try:
            yield
        except (httpx.HTTPError, PrefectException) as error:
            self.warn(f"the UI does not show all of this run: {error or type(error).__name__}")
