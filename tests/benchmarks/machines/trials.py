"""The scripts of `deployments/trials`, which download gigabytes: what each prints, and its exit code.

`container.py` needs root and Linux' layers of files, and it and `readme.py` Debian's PostgreSQL.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parents[3] / "deployments" / "trials"


def measure() -> list[dict[str, Any]]:
    """One row a script."""
    readme = [sys.executable, "-m", "deployments.trials.readme"]
    return [
        _try([_FOLDER / "install.sh"]),
        _try([_FOLDER / "tracking.sh"]),
        _try([sys.executable, _FOLDER / "container.py"]),
        _try(readme),
    ]


def _try(command: Sequence[str | Path]) -> dict[str, Any]:
    started = time.perf_counter()
    done = subprocess.run(command, cwd=_FOLDER.parents[1], stdout=subprocess.PIPE, text=True)
    seconds = round(time.perf_counter() - started)
    return {"script": Path(command[-1]).name, "exit_code": done.returncode, "seconds": seconds, "printed": done.stdout}
