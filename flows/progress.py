"""The progress of a run on a terminal."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from flows.console import STDERR, print_warning
from flows.running.reporting import Progress, listening
from schemas.errors import WeekcastError
from schemas.records import Outcome


class RunProgress:
    """Shows steps as they end and epochs as they pass.

    `seconds` holds what each step took, and `outcome` or `failure` how the run ended, None until then.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.outcome: Outcome | None = None
        self.failure: WeekcastError | None = None
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
        self._bars = Bars(*columns, console=STDERR, transient=True, disable=STDERR.quiet or not STDERR.is_terminal)
        self._task: TaskID | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._open.enter_context(self._bars)
        self._open.enter_context(listening(self._show))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _show(self, progress: Progress) -> None:
        if progress.outcome:
            self.outcome = progress.outcome
        elif progress.failure:
            self.failure = progress.failure
        elif progress.epochs:
            self._advance(progress)
        elif progress.seconds is not None:
            self.seconds[progress.step] = round(progress.seconds, 3)
            STDERR.print(f"[green]✓[/green] {progress.step} [dim]{progress.seconds:.1f} s[/dim]")
        else:
            print_warning(f"{progress.step}: {progress.warning}")

    def _advance(self, progress: Progress) -> None:
        if self._task is None:
            self._task = self._bars.add_task(progress.text, total=progress.epochs)
        self._bars.update(self._task, description=progress.text, completed=progress.epoch)
        if progress.epoch == progress.epochs:
            self._bars.remove_task(self._task)
            self._task = None
