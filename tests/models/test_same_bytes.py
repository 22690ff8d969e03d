"""The same sales give the same bytes on another processor, although libraries choose their code by the processor."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.config import Config
from schemas.processor import settings_for
from tasks.baselines.simple import POOLED_LEVEL, forecast_simply
from tasks.models.filter.filter import follow
from tasks.models.fitting import fit
from tasks.models.recipes.recipe import Recipe
from tasks.models.recipes.registry import RECIPES, prepare
from tasks.models.table import to_forecast_table
from tests.histories import answer, draw_history, fit_recipe

ROOT = Path(__file__).parents[2]
# Each of these changes the bytes if it is not overwritten; the second even on a processor without AVX-512.
PROCESSORS = {
    "with AVX2 alone": {
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL",
        "OPENBLAS_CORETYPE": "Haswell",
    },
    "without AVX2, of two cores": {
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL",
        "OPENBLAS_CORETYPE": "Nehalem",
        "OPENBLAS_NUM_THREADS": "2",
    },
}
SWITCHES = {name for switches in PROCESSORS.values() for name in switches}
ABOVE_LEVEL_3 = ["X86_V4", "AVX512_ICL", "AVX512_SPR"]
LEVEL_3 = ["abm", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"]


def run_python(script: str, switches: Mapping[str, str]) -> str:
    """The output of a script in a process of its own, with these switches and no others."""
    # The switches of this process were overwritten when the tests were imported.
    inherited = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, env={**inherited, **switches}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def hash_all() -> dict[str, str]:
    """The hashes of everything that is computed from a panel, from its levels to its forecasts."""
    history, config = draw_history(products=150, weeks=40), Config()
    levels = [standing.expected for standing, _ in follow(history.units, np.ones(150, np.bool_), 3)]
    prepared = prepare(history, config)
    fitted = fit(prepared, config)
    forecasts = pa.BufferOutputStream()
    pq.write_table(to_forecast_table(history, answer(history, fitted)), forecasts)
    made = {
        "levels": np.concatenate(levels, axis=None).tobytes(),
        "windows": b"".join(array.tobytes() for array in prepared.training.arrays.values()),
        "pooled level": forecast_simply(POOLED_LEVEL, history, 3).mean.tobytes(),
        "weights": b"".join(weights.tobytes() for weights in fitted.network.get_weights()),
        "state": fitted.state.model_dump_json().encode(),
        "forecasts": forecasts.getvalue().to_pybytes(),
    }
    return {name: hashlib.sha256(content).hexdigest() for name, content in made.items()}


def test_the_same_bytes_whatever_the_processor_offers() -> None:
    script = "import json; from tests.models.test_same_bytes import hash_all; print(json.dumps(hash_all()))"
    here = json.loads(run_python(script, {}))
    assert {name: json.loads(run_python(script, switches)) for name, switches in PROCESSORS.items()} == dict.fromkeys(
        PROCESSORS, here
    )


@pytest.mark.parametrize("module", ["flows.cli", "flows.weekly", "tasks.models.windows", "tasks.sales.checking.check"])
def test_numpy_is_limited_whichever_module_is_imported_first(module: str) -> None:
    script = f"import {module}; from schemas.processor import describe_instructions; print(describe_instructions())"
    # numpy cannot be imported if this is set together with NPY_DISABLE_CPU_FEATURES.
    used = run_python(script, {"NPY_ENABLE_CPU_FEATURES": "X86_V3 X86_V4"})
    assert not set(used.split()) & set(ABOVE_LEVEL_3)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="only on x86-64")
def test_all_groups_that_numpy_knows_above_the_level_are_switched_off() -> None:
    known = np.show_config(mode="dicts")["SIMD Extensions"]
    assert {*known.get("found", []), *known.get("not found", [])} == {"X86_V3", *ABOVE_LEVEL_3}


@pytest.mark.parametrize("flags", [[], LEVEL_3[1:], ["fp", "asimd"]])
def test_a_processor_below_the_level_gets_no_instructions_that_it_lacks(flags: list[str]) -> None:
    assert settings_for(flags) == {"OPENBLAS_NUM_THREADS": "1"}


def test_a_processor_above_the_level_is_limited_to_it() -> None:
    assert settings_for([*LEVEL_3, "avx512f"])["NPY_DISABLE_CPU_FEATURES"].split() == ABOVE_LEVEL_3


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda recipe: recipe.name)
def test_no_batch_is_so_large_that_a_cache_splits_its_sums(recipe: Recipe) -> None:
    # TensorFlow's matrix products sum 400 rows at once where the first cache has 32 KiB, and 608 where it has 48 KiB.
    assert recipe.schedule.batch_size <= 400


@pytest.mark.parametrize("recipe", ["auto", "reference"])
def test_every_activation_is_exact_arithmetic_on_every_processor(recipe: Literal["auto", "reference"]) -> None:
    # Compared on emulated processors; gelu, erfc, rsqrt and reciprocal differ there.
    compared = {"linear", "sigmoid", "silu", "tanh"}
    network = fit_recipe(draw_history(products=10), Config(recipe=recipe)).network
    layers = [layer.get_config() for layer in network.layers]
    used = {layer[name] for layer in layers for name in ("activation", "recurrent_activation") if name in layer}
    assert used <= compared
