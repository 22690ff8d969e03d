"""The script in the documents shows each of three people what they came for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.server import PrefectServer

SCRIPT = Path(__file__).parents[3] / "docs" / "tour.sh"
SHOWN = {
    "The data engineer": (
        "weekcast 0.1",
        "60 of 60 products accepted",
        "published W51: 60 products, 0 set aside",
        "nothing new since",
        "did you mean 'horizon'?\nexit code 2",
        "expected a last week of at most 30 days ago (max_age)",
        "exit code 5",
        "answers     network",
        "0 damaged",
        "weekcast_run_exit_code",
    ),
    "The planner": ("products are ordered", "report.html: 60 of 60 products, W52", "p1.html: 1 of 60", "P1"),
    "The analyst": ("How much do all products together sell", "worst", "hub/hub-config/tasks.json"),
}


def test_each_of_three_people_is_shown_what_they_came_for(prefect_server: PrefectServer, tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**prefect_server.environment, "PATH": path}
    done = subprocess.run(
        ["bash", SCRIPT, tmp_path], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout
    shown = dict(zip(SHOWN, done.stdout.split("\n== "), strict=True))
    for person, texts in SHOWN.items():
        told = " ".join(shown[person].split())
        assert [text for text in texts if " ".join(text.split()) not in told] == [], shown[person]
