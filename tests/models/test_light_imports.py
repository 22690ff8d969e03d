"""Windows, simple methods and scores are made without TensorFlow, which takes seconds to import."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
)


@pytest.mark.parametrize("module", LIGHT)
def test_a_light_module_imports_nothing_heavy(module: str) -> None:
    script = f"import sys, tasks.{module}; print([name for name in {HEAVY} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
