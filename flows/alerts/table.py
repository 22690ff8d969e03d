"""The alerts: of which events somebody is told, what has happened then, and what to do.

The texts are templates of Prefect's automations, which know the event and the run that it is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tasks.workspace.alerts import Alert

_CAUSE = "{{ flow_run.name }}: {{ flow_run.state.message }}"
_DUE = "{{ flow_run.expected_start_time.strftime('%Y-%m-%d %H:%M') }}"
_WARNING = "{{ event.payload.message }}"
_AGAIN = "`prefect deployment run weekly-forecast/weekly` starts it again"
_WHOLE = "What was published before is whole."


@dataclass(frozen=True)
class Told:
    """One alert: its name, the event, what has happened, and what to do.

    missing_for: where it is the absence of the event, for so long, that somebody is told of
    """

    name: str
    event: str
    happened: str
    to_do: str
    missing_for: timedelta | None = None


ALERTS = (
    Told(
        "run failed",
        "prefect.flow-run.Failed",
        _CAUSE,
        f"do what the message says; then {_AGAIN}. Where it says `encountered an exception`, that is a defect of "
        f"Weekcast's: keep the log and report it. {_WHOLE}",
    ),
    Told(
        "run crashed",
        "prefect.flow-run.Crashed",
        _CAUSE,
        f"see that the worker and its machine run: `systemctl status weekcast-worker`; then {_AGAIN}. {_WHOLE}",
    ),
    Told(
        "run timed out",
        "prefect.flow-run.TimedOut",
        _CAUSE,
        f"see in the log which step took so long; raise WEEKCAST_TIMEOUT_SECONDS, or free the machine; then {_AGAIN}. "
        f"{_WHOLE}",
    ),
    Told(
        "no new week",
        "prefect.flow-run.NothingNew",
        _CAUSE,
        f"ask for the file; once it is there, {_AGAIN}. Until then everybody reads last week's forecast.",
    ),
    Told(
        "run late",
        "prefect.flow-run.Late",
        f"the run of weekly-forecast/weekly that was due on {_DUE} UTC has not started",
        "start the worker: `systemctl start weekcast-worker`, or `prefect worker start --pool weekcast`; it makes up "
        "for the run.",
    ),
    Told(
        "forecast overdue",
        "prefect.flow-run.Completed",
        "no run of weekly-forecast/weekly was completed for 8 days",
        "see whether a run is scheduled, late or failed, in the UI or by `prefect flow-run ls`. Until then everybody "
        "reads an old forecast.",
        missing_for=timedelta(days=8),
    ),
    Told(
        "file restated",
        Alert.FILE_RESTATED,
        _WARNING,
        "ask whoever makes the file whether the past was corrected on purpose; the run's restated.parquet lists each "
        "cell before and after. The forecast follows the new file.",
    ),
    Told(
        "level shift",
        Alert.LEVEL_SHIFT,
        _WARNING,
        "look at the total in the report: a week that is incomplete, a holiday, or a change of how units are counted? "
        "Have a wrong file mended and run it again.",
    ),
    Told(
        "simple method answers",
        Alert.SIMPLE_METHOD,
        _WARNING,
        "nothing at once: it erred less than the network on past weeks. Where it goes on for weeks, look at "
        "weekcast-gate and at what has changed in the sales.",
    ),
    Told(
        "intervals off",
        Alert.COVERAGE,
        _WARNING,
        "do not order by the bounds of the intervals alone before it is known why; look for weeks that are not like "
        "the others, in the report and in ledger/scores_by_class.parquet.",
    ),
    Told(
        "slow slide",
        Alert.SLOW_SLIDE,
        _WARNING,
        "look in ledger/scores.parquet since when; then compare other settings by `weekcast backtest`.",
    ),
    Told(
        "disk short",
        Alert.DISK_SHORT,
        _WARNING,
        "free some, or keep fewer runs and models by the settings keep_runs and keep_models, before a run fails.",
    ),
)
