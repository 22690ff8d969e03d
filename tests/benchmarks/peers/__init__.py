"""Other forecasting libraries ("peers"), in an environment of their own, which `make benchmark` builds."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tasks.models.arrays import Floats
from tasks.models.panel import Panel
from tests.server import ROOT

PYTHON = ROOT / "build" / "peers" / "bin" / "python"


@dataclass(frozen=True)
class Answer:
    """One method's point forecasts (origins, products, horizon), and the seconds that all of them took."""

    point: Floats
    seconds: float


def ask_peers(history: Panel, origins: Sequence[int], horizon: int, script: str, *which: str) -> dict[str, Answer]:
    """Forecasts of all methods of a script in this folder, by name, at each origin, from the weeks known then."""
    with tempfile.TemporaryDirectory(prefix="weekcast-peers-") as folder:
        panel, answers = Path(folder, "panel.npz"), Path(folder, "answers.npz")
        ends = np.array(origins) - history.first_week + 1
        np.savez(panel, units=history.units, ends=ends, horizon=horizon)
        seconds = run_script(script, panel, answers, *which)
        with np.load(answers) as points:
            return {name: Answer(points[name], taken) for name, taken in seconds.items()}


def run_script(script: str, *arguments: object) -> Any:
    """Run a script of this folder in the peers' environment; returns the JSON of the last line that it prints.

    Raises RuntimeError with its stderr where it fails, or where there is no such environment.
    """
    if not PYTHON.exists():
        raise RuntimeError("the peers' environment is missing: `make benchmark` builds it")
    command = [PYTHON, Path(__file__).with_name(f"{script}.py"), *arguments]
    ended = subprocess.run(list(map(str, command)), cwd=PYTHON.parent, capture_output=True, text=True)
    if ended.returncode:
        raise RuntimeError(f"{script}.py ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
    return json.loads(ended.stdout.splitlines()[-1])
