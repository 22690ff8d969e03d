"""Figures as a file that node_exporter's textfile collector reads, in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from tasks.monitoring.figures import Figure


def write_figures(path: str, store: str, figures: Iterable[Figure]) -> None:
    """Put the file in the place of the one before in one step; store: a label of each figure. Raises OSError."""
    registry = CollectorRegistry()
    for figure in figures:
        labels = {"store": store, **figure.labels}
        Gauge(figure.name, figure.meaning, list(labels), registry=registry).labels(**labels).set(figure.value)
    write_to_textfile(path, registry)
