"""What a data engineer does: schedules a run, is told when it fails or nothing comes, and asks what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deployments.trials.people.told import Shell, head, quote, tell
from tests.end_to_end.deployment import Deployed, deployed_from, publish_last_week, working
from tests.running.alerts import alerting
from tests.server import ROOT, PrefectServer
from tests.weeks import QUICK

DATED = "--set first_week=2024-01-01"
COMMANDS = (
    "weekcast --version",
    "weekcast -h",
    "weekcast run sales.csv --stor store",
    f"weekcast run sales.csv --store store --set horzon=4 {DATED}",
    f"weekcast run sales.csv --store store --quiet {DATED}",
    "weekcast status store",
    "weekcast status store --json",
    "weekcast explain store P1",
    "weekcast report store --product P1 --out p1.html",
    "weekcast init sales.csv --out w.toml --force",
    "weekcast verify store",
)


def try_as_engineer(folder: Path, server: PrefectServer) -> None:
    """Go through the points that a data engineer asks for, each with what is printed or received."""
    shell = Shell(folder, server.environment)
    head(1, "A missing delivery is not green")
    shell("weekcast sample sales.csv --products 60 --weeks 53 --quiet")
    shell(f"weekcast run sales.csv --store store --as-of W51 {DATED}")
    shell(f"weekcast run sales.csv --store store --as-of W51 {DATED}")
    shell(f"weekcast run sales.csv --store store {DATED} --set max_age=30")
    deployed = deployed_from(server, folder / "sales.csv", folder / "scheduled", {})
    with working(deployed, folder):
        tell("  a scheduled run whose file has had no new week for eight days:")
        publish_last_week(folder / "sales.csv", folder / "last-week")
        _show(_wait(deployed, sales=str(folder / "sales.csv"), store=str(folder / "last-week"), config=QUICK))
        _try_alerts(folder)
        _try_names(deployed, folder)
    Shell(ROOT, server.environment)(
        "prefect --no-prompt deploy --all --prefect-file deployments/prefect.yaml", WEEKCAST_STORE="store"
    )
    _try_commands(shell)
    head(5, "Figures for Prometheus; MLflow: deployments/trials/tracking.sh")
    shell(f"weekcast run sales.csv --store store {DATED} --quiet", WEEKCAST_METRICS=str(folder / "weekcast.prom"))
    shell("grep -v '^#' weekcast.prom")
    head(6, "Installed without a clone: deployments/trials/install.sh; in containers: deployments/trials/container.py")


def _try_alerts(folder: Path) -> None:
    head(2, "Alerts as code, each as a webhook received it")
    with alerting(folder / "alerts") as alerted:
        for text in alerted.webhook.texts.values():
            quote(f"{text}\n ")


def _try_names(deployed: Deployed, folder: Path) -> None:
    """Runs of the worker: of a new week, with another horizon, and of a file that is none."""
    head(3, "Runs one can tell apart")
    (folder / "bad.csv").write_text("not,a\nsales,file\n")
    _show(_wait(deployed, sales=str(folder / "sales.csv"), store=str(folder / "scheduled"), config=QUICK))
    longer = {**QUICK, "horizon": 5}
    _show(_wait(deployed, sales=str(folder / "sales.csv"), store=str(folder / "five"), config=longer))
    refused = _wait(deployed, sales=str(folder / "bad.csv"), store=str(folder / "scheduled"))
    _show(refused)
    tell("  the end of its log:")
    quote("\n".join(line["message"] for line in deployed.read_log(refused["id"])[-3:]))


def _try_commands(shell: Shell) -> None:
    head(4, "Commands people expect")
    for line in COMMANDS:
        shell(line)


def _wait(deployed: Deployed, **request: Any) -> dict[str, Any]:
    return deployed.wait(deployed.start(**request))


def _show(run: dict[str, Any]) -> None:
    state = run["state"]
    quote(f"{run['name']}: {state['name']} (type {state['type']})\n{state['message']}")
