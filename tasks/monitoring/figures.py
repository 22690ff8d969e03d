"""The figures of a run and of its store by which a monitor can tell that all is well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from schemas.errors import WeekcastError
from tasks.page.judged import Vintage
from tasks.page.published import sum_vintages
from tasks.store.paths import LEDGER_SCORES_FILE
from tasks.store.publishing.manifest import read_manifest
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store


class Figure(NamedTuple):
    """A number with a name, what it means, and labels that tell it from others of its name."""

    name: str
    meaning: str
    value: float
    labels: dict[str, str] = {}


class Ended(NamedTuple):
    """How a run ended: the seconds that it took, when it ended (Unix time), and its exit code."""

    seconds: float
    at: float
    exit_code: int


def list_figures(address: str, ended: Ended) -> list[Figure]:
    """The figures of a run and its store, in order; of a store that cannot be read those of the run alone."""
    figures = list(_of_run(ended))
    try:
        figures += _of_store(Snapshot.read(Store(address)))
    except WeekcastError:
        pass  # the run has failed for the same reason, and told it
    return figures


def _of_run(ended: Ended) -> Iterator[Figure]:
    yield Figure("weekcast_run_ended_timestamp_seconds", "When the last run ended, in Unix time.", ended.at)
    yield Figure("weekcast_run_exit_code", "How the last run ended: 0 is done.", ended.exit_code)
    yield Figure("weekcast_run_seconds", "How long the last run took.", ended.seconds)


def _of_store(now: Snapshot) -> Iterator[Figure]:
    if now.latest is None:
        return
    published, manifest = now.latest.published_at.timestamp(), read_manifest(now.store, now.latest.run_id)
    name = "weekcast_vintage_published_timestamp_seconds"
    yield Figure(name, "When the latest forecast was published, in Unix time.", published)
    yield Figure("weekcast_vintage_week", "Last observed week of the latest forecast.", now.latest.as_of_week)
    yield Figure("weekcast_products", "Products whose sales the latest forecast was made from.", manifest.products)
    yield Figure("weekcast_quarantined", "Rows set aside by its run.", manifest.quarantined)
    if LEDGER_SCORES_FILE in now.hashes:
        newest, *_ = sum_vintages(now.store.read_table(LEDGER_SCORES_FILE))
        yield from _of_ledger(newest)


def _of_ledger(vintage: Vintage) -> Iterator[Figure]:
    """How the newest forecast did that can be judged, over its weeks that are known."""
    yield Figure("weekcast_ledger_week", "Last observed week of the newest scored forecast.", vintage.as_of_week)
    yield Figure("weekcast_ledger_mae", "Mean absolute error of that forecast.", vintage.mae)
    best, method = (
        "Mean absolute error of the best simple method on the same rows.",
        {"method": vintage.simple},
    )
    yield Figure("weekcast_ledger_best_simple_mae", best, vintage.best, method)
    covered = "Share of what was sold inside p10 to p90 of that forecast; 0.8 is right."
    yield Figure("weekcast_ledger_coverage", covered, vintage.coverage)
