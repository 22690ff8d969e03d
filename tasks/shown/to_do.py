"""What of a run somebody may have to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import AS_OF_WEEK
from schemas.records import Account
from tasks.page.contents import Tasks
from tasks.page.summaries import SOME, list_orders, list_restated, list_revisions
from tasks.shown.past import PastVintages
from tasks.shown.products import COMING, Overview, read_coming
from tasks.store.paths import FORECAST_FILE, LEDGER_REVISIONS_FILE, RESTATED_FILE, run_file
from tasks.store.store import Store


def list_tasks(
    store: Store, account: Account, past: PastVintages, everything: Overview, orders: pa.Table | None
) -> Tasks:
    """The first or the largest of each kind; for the arguments see `tasks.shown.gathering`."""
    restated, revisions = run_file(account.run_id, RESTATED_FILE), past.place(LEDGER_REVISIONS_FILE)
    listed, ordered = list_orders(orders) if orders else ([], 0)
    return Tasks(
        new=_expect(store, account, everything, account.new[:SOME]),
        returned=_expect(store, account, everything, account.returned[:SOME]),
        left=account.left[:SOME],
        restated=list_restated(store.read_table(restated)) if store.exists(restated) else (),
        revisions=list_revisions(_read_revisions(store, account, revisions)) if revisions else (),
        orders=listed,
        ordered=ordered,
    )


def _read_revisions(store: Store, account: Account, path: str) -> Iterator[pa.Table]:
    """The revisions by this run: those that another one left are not its own."""
    is_own = pc.field(AS_OF_WEEK) == account.as_of_week
    return (batch.filter(is_own) for batch in store.read_batches(path))


def _expect(store: Store, account: Account, everything: Overview, codes: Sequence[str]) -> list[tuple[str, float]]:
    """The products among these that are forecast, with the units expected of them next week."""
    found = everything.find(codes)
    place = np.unique(found[found >= 0])
    if not len(place):
        return []
    forecasts = store.read_batches(run_file(account.run_id, FORECAST_FILE), columns=COMING)
    values, _ = read_coming(forecasts, place, account.horizon)
    names = everything.codes.take(pa.array(place)).to_pylist()
    return list(zip(names, values[:, 0, 3].tolist(), strict=True))
