"""Whether a run should have found a new week: by what was published, and by what the schedule names."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from prefect.server.schemas.schedules import CronSchedule

from flows.running.delivery import LastWeek, is_missing

BERLIN = "Europe/Berlin"
MONDAYS = ["0 6 * * 1"]
EVERY_DAY = ["0 6 * * *"]


@pytest.mark.parametrize(
    ("crons", "published", "scheduled", "missing"),
    [
        pytest.param(MONDAYS, "2026-11-23 06:01", "2026-11-30 06:00", True, id="last week's run published"),
        pytest.param(MONDAYS, "2026-11-25 17:00", "2026-11-30 06:00", True, id="last week's run was late"),
        pytest.param(MONDAYS, "2026-11-30 09:00", "2026-11-30 06:00", False, id="a late run of this week found it"),
        pytest.param(MONDAYS, "2026-11-30 09:00", "2026-11-16 06:00", False, id="a backlog of weeks, one file"),
        pytest.param(MONDAYS, "2026-11-23 06:01", "2026-12-02 15:00", True, id="again, by hand, in the same week"),
        pytest.param(MONDAYS, "2026-11-30 06:01", "2026-12-06 15:00", False, id="by hand, before the next week"),
        pytest.param(EVERY_DAY, "2026-11-23 06:01", "2026-11-24 06:00", False, id="every day: the day after"),
        pytest.param(EVERY_DAY, "2026-11-23 06:01", "2026-11-29 06:00", False, id="every day: the last day"),
        pytest.param(EVERY_DAY, "2026-11-23 06:01", "2026-11-30 06:00", True, id="every day: a week later"),
        pytest.param([*MONDAYS, "0 6 * * 2"], "2026-11-23 06:01", "2026-11-24 06:00", False, id="the second try"),
        pytest.param([*MONDAYS, "0 6 * * 2"], "2026-11-23 06:01", "2026-12-01 06:00", True, id="its second try"),
        pytest.param(MONDAYS, "2026-10-19 06:01", "2026-10-26 06:00", True, id="the clocks went back"),
        pytest.param(MONDAYS, "2026-03-23 06:01", "2026-03-30 06:00", True, id="the clocks went forward"),
        pytest.param([], "2026-11-23 06:01", "2026-11-30 06:00", False, id="no schedule"),
    ],
)
def test_a_week_is_missing_once_a_week_has_passed_in_the_schedule(
    crons: list[str], published: str, scheduled: str, missing: bool
) -> None:
    schedules = [CronSchedule(cron=cron, timezone=BERLIN) for cron in crons]
    assert is_missing(LastWeek("W51", None, at(published)), schedules, at(scheduled)) == missing


@pytest.mark.parametrize(("ended", "missing"), [("2026-11-30", False), ("2026-11-23", True)])
def test_a_week_that_has_just_ended_is_the_newest_there_can_be(ended: str, missing: bool) -> None:
    last = LastWeek("W51 (2026-11-23)", datetime.fromisoformat(ended).replace(tzinfo=UTC), at("2026-11-29 20:00"))
    assert is_missing(last, [CronSchedule(cron=MONDAYS[0], timezone=BERLIN)], at("2026-11-30 06:00")) == missing


def test_the_age_is_told_from_the_end_of_the_week_where_it_has_a_date() -> None:
    published, now = at("2026-11-23 06:00"), at("2026-11-30 06:00")
    dated = LastWeek("W51 (2026-11-16)", datetime(2026, 11, 23, tzinfo=UTC), published)
    assert dated.tell(now) == "W51 (2026-11-16), which ended 7 days ago and was published 7 days ago"
    assert dated.since == dated.ended
    assert LastWeek("W51", None, published).tell(now) == "W51, which was published 7 days ago"
    assert LastWeek("W51", None, published).since == published


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(BERLIN))
