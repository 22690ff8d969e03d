"""How a step tells whoever watches the run how it goes."""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa

from tasks.workspace.alerts import Alert


class Reporter(Protocol):
    """Takes what a step tells: the log and the UI of Prefect take it, or a test."""

    def warn(self, message: str, alert: Alert | None = None) -> None:
        """Warn of something that does not stop the run; alert: where somebody should see it who does not look."""

    def show_epoch(self, epoch: int, epochs: int, loss: float) -> None:
        """Show how far training is: the epoch, from 1, the number of epochs, and its loss."""

    def show_table(self, key: str, table: pa.Table, description: str) -> None:
        """Show a small table; key: under which a later run shows it too."""

    def show_text(self, key: str, text: str, description: str) -> None:
        """Show a text, in Markdown."""

    def name_run(self, as_of_week: int, horizon: int) -> None:
        """Add what is forecast to the run's name: the last observed week is known once the file is read."""
