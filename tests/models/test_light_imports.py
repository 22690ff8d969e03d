"""Windows, simple methods and scores are made without TensorFlow, which takes seconds to import."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("tensorflow", "keras", "sklearn", "prefect")
LIGHT = (
    "models.windows",
    "models.recipes.registry",
    "models.choosing",
    "models.panel",
    "models.table",
    "baselines.simple",
    "evaluation.metrics",
    "evaluation.scores",
    "explaining.product",
    "explaining.status",
)


def test_light_modules_import_nothing_heavy() -> None:
    names = ", ".join(f"tasks.{module}" for module in LIGHT)
    script = f"import sys, {names}; print([name for name in {HEAVY} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
