"""The progress of a run on a terminal, read from what its steps log."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from flows.console import STDERR
from schemas.progress import EPOCH, SECONDS, STEP, TOTAL

_LOGGERS = ("prefect.flow_runs", "prefect.task_runs")


class RunProgress(logging.Handler):
    """Shows steps as they end and epochs as they pass; `seconds` holds what each step took."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.seconds: dict[str, float] = {}
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=STDERR, transient=True)
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        for name in _LOGGERS:
            logging.getLogger(name).addHandler(self)
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
        for name in _LOGGERS:
            logging.getLogger(name).removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Show what a step has logged; whatever else is logged belongs in the Prefect UI."""
        step = getattr(record, STEP, None)
        if step is None:
            return
        if hasattr(record, EPOCH):
            self._advance(record.getMessage(), getattr(record, EPOCH), getattr(record, TOTAL))
        elif hasattr(record, SECONDS):
            self.seconds[step] = round(getattr(record, SECONDS), 3)
            STDERR.print(f"[green]✓[/green] {step} [dim]{self.seconds[step]:.1f} s[/dim]")
        else:
            STDERR.print(f"{step}: {record.getMessage()}", style="yellow", markup=False)

    def _advance(self, description: str, epoch: int, total: int) -> None:
        if self._task is None:
            self._task = self._bar.add_task(description, total=total)
        self._bar.update(self._task, description=description, completed=epoch, total=total)
        if epoch == total:
            self._bar.remove_task(self._task)
            self._task = None
