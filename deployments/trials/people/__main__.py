"""Do what a data engineer, a planner and an analyst came for, and print what each finds.

`.venv/bin/python -m deployments.trials.people FOLDER` takes about five minutes: a real server, a worker, a webhook and
a browser. Files and pictures stay in FOLDER.
"""

from __future__ import annotations

import sys
from pathlib import Path

from deployments.trials.people.analyst import try_as_analyst
from deployments.trials.people.engineer import try_as_engineer
from deployments.trials.people.planner import try_as_planner
from deployments.trials.people.told import Shell, tell
from tests.documents.mondays import make_store
from tests.server import serving


def main(folder: Path) -> None:
    """Go through the points in order, in an empty folder."""
    folder.mkdir(parents=True)
    with serving(folder / "prefect") as server:
        tell("== The data engineer")
        try_as_engineer(folder, server)
        mondays = folder / "mondays"
        mondays.mkdir()
        store = make_store(mondays)
        tell("\n== The planner")
        Shell(mondays, server.environment)("weekcast report store --out report.html")
        try_as_planner(mondays / "report.html", folder)
        tell("\n== The analyst")
        try_as_analyst(store, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
