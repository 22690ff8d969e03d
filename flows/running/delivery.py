"""Whether the newest week was delivered: how old the last observed one is, and whether a schedule expects another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple, Self, cast

from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext
from prefect.server.schemas.schedules import SCHEDULE_TYPES
from prefect.utilities.asyncutils import run_coro_as_sync
from pydantic import TypeAdapter

from schemas.config import WeeklyRequest
from schemas.errors import SalesOverdue
from schemas.records import RawFile, Sales
from tasks.sales.weeks import name_week, start_of_week
from tasks.store.snapshot import Snapshot

_WEEK = timedelta(weeks=1) - timedelta(hours=1)  # from a time of day to the next week's, also where the clocks change
_NEWEST = timedelta(days=6)  # no whole week can have passed since; one day is for time zones and early schedules
_SCHEDULE: TypeAdapter[SCHEDULE_TYPES] = TypeAdapter(SCHEDULE_TYPES)


class LastWeek(NamedTuple):
    """The last observed week; ended: None in sales without dates; published: first, None where it is new."""

    name: str
    ended: datetime | None
    published: datetime | None

    @classmethod
    def of(cls, snapshot: Snapshot, sales: Sales) -> Self:
        """The last week of a run's sales, as the store knew it before the run."""
        week, next_start = sales.as_of_week, start_of_week(sales.as_of_week + 1, sales.first_date)
        of_week = [each.published_at for each in snapshot.publications if each.as_of_week == week]
        ended = datetime.combine(next_start, time(), UTC) if next_start else None
        return cls(name_week(week, sales.first_date), ended, min(of_week, default=None))

    @property
    def since(self) -> datetime | None:
        """The moment from which its age counts."""
        return self.ended or self.published

    def tell(self, now: datetime) -> str:
        """How old the week is, in words."""
        told = [f"{name} {_count_days(now - moment)} ago" for name, moment in self._moments() if moment]
        return f"{self.name}, which {' and '.join(told)}"

    def _moments(self) -> Sequence[tuple[str, datetime | None]]:
        return ("ended", self.ended), ("was published", self.published)


def require_recent(snapshot: Snapshot, raw: RawFile, sales: Sales, request: WeeklyRequest) -> None:
    """Raise SalesOverdue where the last observed week is older than the setting `max_age` allows."""
    limit, now = request.config.max_age, datetime.now(UTC)
    if limit is None or request.as_of:
        return
    last = LastWeek.of(snapshot, sales)
    if last.since and now - last.since > timedelta(days=limit):
        raise SalesOverdue(
            f"{raw.name}: expected a last week of at most {limit} days ago (max_age), found {last.tell(now)}; nothing "
            "was published. Have the newest file delivered and run again"
        )


def find_missing(snapshot: Snapshot, raw: RawFile, sales: Sales, request: WeeklyRequest) -> str:
    """What to tell where the schedule of this run's deployment expects a newer week; empty otherwise, and by hand."""
    run = FlowRunContext.get()
    if run is None or run.flow_run is None or run.flow_run.deployment_id is None or request.as_of:
        return ""
    scheduled, last = run.flow_run.expected_start_time or datetime.now(UTC), LastWeek.of(snapshot, sales)
    with get_client(sync_client=True) as client:
        active = [each for each in client.read_deployment(run.flow_run.deployment_id).schedules if each.active]
    if not is_missing(last, [_SCHEDULE.validate_python(each.schedule.model_dump()) for each in active], scheduled):
        return ""
    return (
        f"{raw.name} has no new week: the last one is {last.tell(datetime.now(UTC))}, and the schedule expects another "
        "by now. Have the newest file delivered and run again; the forecast is still that of last time"
    )


def is_missing(last: LastWeek, schedules: Sequence[SCHEDULE_TYPES], scheduled: datetime) -> bool:
    """Whether a run of that time should have found a newer week than the last one.

    It should where nothing was published since the first time that the schedules name in the week before it: a run that
    catches up on weeks which were published since, and one of several in a week, should not.
    """
    if last.ended and scheduled - last.ended < _NEWEST:
        return False
    first = min((moment for each in schedules for moment in _first_after(each, scheduled - _WEEK)), default=None)
    return first is not None and first <= scheduled and (last.published is None or last.published < first)


def _first_after(schedule: SCHEDULE_TYPES, start: datetime) -> list[datetime]:
    return cast(list[datetime], run_coro_as_sync(schedule.get_dates(n=1, start=start)))


def _count_days(age: timedelta) -> str:
    return "1 day" if age.days == 1 else f"{age.days} days"
