"""Run README.md, from nothing to a weekly run, line by line: `.venv/bin/python -m deployments.trials.readme`.

The lines are those of the document, in one shell. What differs: paths lie in a new folder, the port is a free one, the
schedule is every minute, lines that stay run in the background, and the server has PostgreSQL and a password, as in the
section on a server that others share. `WEEKCAST_VENV` names an environment to use in the place of `make install`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from flows.commands.sample import make_sample
from flows.processes import free_port
from tests.postgresql import PostgreSQL, postgresql

ROOT = Path(__file__).resolve().parents[2]
LOGIN = ("weekcast", "a long password")
SECONDS = 900
FINAL = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


def write_script(place: Path, port: int) -> str:
    """The lines of the document's first section, as they are run."""
    section = (ROOT / "deployments" / "README.md").read_text().split("## From nothing to a weekly run in the UI")[1]
    lines = "\n".join(re.findall(r"```\n(.*?)```", section.split("\n## ")[0], re.S)[:2]).splitlines()
    venv = os.environ.get("WEEKCAST_VENV")
    placed = {
        "<this repository>": f"--quiet {ROOT}",
        "make install": f"ln -s {venv} .venv" if venv else "make install",
        "/srv/sales/weekly.csv": f"{place}/sales.csv",
        "/srv/weekcast": f"{place}/store",
        ":4200": f":{port}",
    }
    # With job control, or the worker would ignore SIGINT; it ends first, as it has to tell the server.
    script = ["set -em", f"cd {place}", "trap 'kill %2; wait %2; kill %1; wait' EXIT"]
    for line in lines:
        command, _, comment = line.partition("  # ")
        for old, new in placed.items():
            command = command.replace(old, new)
        if command.strip():
            script.append(f"echo '$ {command.strip()}'")
            log = f"{place}/{'worker' if 'worker' in command else 'server'}.log"
            script.append(f"{command} >{log} 2>&1 &" if comment.strip().startswith("stays") else command)
        if command.startswith("prefect server start"):
            script.append(f"until curl --silent --fail http://127.0.0.1:{port}/api/health >/dev/null; do sleep 1; done")
    return "\n".join([*script, "echo ready; cat"])  # until its input is closed


def set_up(place: Path, port: int, database: PostgreSQL) -> dict[str, str]:
    """The environment of the shell: what /etc/weekcast.env holds on a shared server."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "WEEKCAST_"))}
    return inherited | {
        "PREFECT_HOME": str(place / "prefect"),
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_AUTH_STRING": ":".join(LOGIN),
        "PREFECT_API_AUTH_STRING": ":".join(LOGIN),
        "PREFECT_SERVER_DATABASE_DRIVER": "postgresql+asyncpg",
        "PREFECT_SERVER_DATABASE_HOST": "127.0.0.1",
        "PREFECT_SERVER_DATABASE_PORT": str(database.port),
        "PREFECT_SERVER_DATABASE_USER": "postgres",
        "PREFECT_SERVER_DATABASE_NAME": "postgres",
        "PREFECT_SERVER_DATABASE_PASSWORD": database.password,
        "PREFECT_CLI_PROMPT": "false",
        "WEEKCAST_CRON": "* * * * *",
    }


def wait_for_scheduled_run(api: str) -> dict[str, Any]:
    """The first run that the schedule made, once it has ended."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        runs = httpx.post(f"{api}/flow_runs/filter", json={"sort": "START_TIME_ASC"}, auth=LOGIN, timeout=30).json()
        ended = [run for run in runs if run["auto_scheduled"] and run["state"]["type"] in FINAL]
        if ended:
            return dict(ended[0])
        time.sleep(2)
    raise TimeoutError(f"no scheduled run has ended after {SECONDS} s")


def main() -> None:
    """Run the lines, then look at what the schedule did, and what the server says without its password."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="weekcast-readme-") as folder, postgresql() as database:
        place, api = Path(folder), f"http://127.0.0.1:{port}/api"
        make_sample(place / "sales.csv", products=60, weeks=52, seed=1, messy=False)
        shell = subprocess.Popen(
            ["bash", "-c", write_script(place, port)],
            env=set_up(place, port, database),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert shell.stdin and shell.stdout
        try:
            for line in shell.stdout:
                sys.stdout.write(line)
                sys.stdout.flush()
                if line == "ready\n":
                    break
            sys.stdout.write(f"without the password: {httpx.post(f'{api}/flows/filter').status_code}\n")
            run = wait_for_scheduled_run(api)
            sys.stdout.write(f"scheduled: {run['name']}: {run['state']['type']}: {run['state']['message']}\n")
        finally:
            shell.stdin.close()
            shell.wait()


if __name__ == "__main__":
    main()
