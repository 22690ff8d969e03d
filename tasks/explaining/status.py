"""What serves in a store, since when, how good it was lately, and what is overdue, unfinished or damaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile

import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import AS_OF_DATE, AS_OF_WEEK, METHOD, TARGET_WEEK
from schemas.ledger import LEDGER_SCORES
from schemas.scores import FINAL
from tasks.page.judged import Vintage
from tasks.page.published import sum_vintages
from tasks.store.commit import Publication
from tasks.store.paths import FORECAST_FILE, LEDGER_SCORES_FILE, is_served, run_file
from tasks.store.publishing.manifest import read_manifest
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.store.verification.inspection import Damage, inspect
from tasks.store.verification.whole import read_whole

_VINTAGES = 4  # the last ones that could be judged
_NO_SCORES = LEDGER_SCORES.columns.empty_table()


@dataclass(frozen=True, kw_only=True)
class Serving:
    """The latest forecast of a store.

    as_of_week, as_of_date: the last known week, and its first day, None without a calendar
    weeks: that it forecasts
    published_at: when; age_days: days since then
    method, method_since: who answers, and from which week on without a break
    model_version, model_since: the model that serves, and from which week on
    """

    run_id: str
    as_of_week: int
    as_of_date: date | None
    weeks: Sequence[int]
    products: int
    published_at: datetime
    age_days: float
    method: str
    method_since: int
    model_version: str
    model_since: int


@dataclass(frozen=True, kw_only=True)
class Status:
    """A store at one moment.

    serving: None where nothing is published, or too much is damaged to say
    overdue: whether the latest forecast is older than it may be, or there is none
    lately: the last published forecasts that can be judged, the newest first
    together: all of these as one, beside one simple method, None where there is one at most
    in_use: whether a run works in it
    unfinished: what a run has begun and not finished, or is about to finish
    damaged: of the files that readers use; `verify` compares all
    """

    store: str
    serving: Serving | None
    max_age: float
    overdue: bool
    lately: Sequence[Vintage]
    together: Vintage | None
    in_use: bool
    unfinished: Sequence[str]
    damaged: Sequence[Damage]


def read_status(store: Store, now: datetime, max_age: float) -> Status:
    """The status of a store; max_age: days. Raises UsageError where there is no store."""
    in_use, found = store.is_held(), inspect(store, is_served)
    whole = None if found.damaged else read_whole(store)
    serving, scores = (_read_serving(whole, now), _read_scores(whole.store)) if whole else (None, _NO_SCORES)
    lately = sum_vintages(scores)[:_VINTAGES]
    return Status(
        store=store.tell(),
        serving=serving,
        max_age=max_age,
        overdue=not found.damaged and (serving is None or serving.age_days > max_age),
        lately=lately,
        together=_sum_together(scores, [vintage.as_of_week for vintage in lately]),
        in_use=in_use,
        unfinished=found.unfinished,
        damaged=found.damaged,
    )


def _read_serving(snapshot: Snapshot, now: datetime) -> Serving | None:
    latest = [publication for publication in reversed(snapshot.publications) if publication.is_latest]
    if not latest:
        return None
    newest, store = latest[0], snapshot.store
    manifest, forecast = read_manifest(store, newest.run_id), run_file(newest.run_id, FORECAST_FILE)
    first = next(store.read_batches(forecast, manifest.config["horizon"], [AS_OF_DATE, TARGET_WEEK]))
    return Serving(
        run_id=newest.run_id,
        as_of_week=newest.as_of_week,
        as_of_date=first[AS_OF_DATE][0].as_py(),
        weeks=first[TARGET_WEEK].to_pylist(),
        products=manifest.products,
        published_at=newest.published_at,
        age_days=(now - newest.published_at) / timedelta(days=1),
        method=newest.method,
        method_since=_first_with(latest, METHOD).as_of_week,
        model_version=newest.model_version,
        model_since=_first_with(latest, "model_version").as_of_week,
    )


def _first_with(latest: Sequence[Publication], name: str) -> Publication:
    """The first of the publications, given the newest first, since which a field has been as it is now."""
    now = getattr(latest[0], name)
    return list(takewhile(lambda publication: getattr(publication, name) == now, latest))[-1]


def _read_scores(store: Store) -> pa.Table:
    """The scores of what was published and of the simple methods: overrides are those of people."""
    if not store.exists(LEDGER_SCORES_FILE):
        return _NO_SCORES
    return store.read_table(LEDGER_SCORES_FILE).filter(pc.field(METHOD) != FINAL)


def _sum_together(scores: pa.Table, weeks: Sequence[int]) -> Vintage | None:
    """The vintages of some weeks, as if they were the newest of them."""
    if len(weeks) < 2:
        return None
    of_weeks = scores.filter(pc.is_in(scores[AS_OF_WEEK], pa.array(weeks, pa.int32())))
    newest = pa.repeat(pa.scalar(max(weeks), pa.int32()), of_weeks.num_rows)
    together = of_weeks.set_column(of_weeks.column_names.index(AS_OF_WEEK), AS_OF_WEEK, newest)
    return sum_vintages(together)[0]
