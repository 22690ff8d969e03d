"""Limits the numeric libraries to the same instructions on every processor, so that results are equal to the byte.

numpy and OpenBLAS choose their code by the processor when they are imported, and each choice rounds the last bits
differently. So the limits must be set before that import: the `__init__` of each of our packages sets them.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path

# What x86-64-v3 asks for, as /proc/cpuinfo names it: Intel's processors have it since 2013 and AMD's since 2015.
_LEVEL_3 = frozenset({"abm", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"})
_EVERYWHERE = {"OPENBLAS_NUM_THREADS": "1"}  # the number of threads decides how a sum is split
_AT_LEVEL_3 = {
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",  # all of numpy's groups above X86_V3
}


def fix_instructions() -> None:
    """Limit the libraries to one thread and, on a processor with x86-64-v3, to these instructions.

    Environment variables that say otherwise are overwritten, because they would change the forecasts. If numpy is
    already imported, its choice stays as it is; `describe_instructions` shows it.
    """
    os.environ.update(settings_here())
    if "NPY_DISABLE_CPU_FEATURES" in os.environ:
        os.environ.pop("NPY_ENABLE_CPU_FEATURES", None)  # numpy cannot be imported with both


def settings_for(flags: Iterable[str]) -> Mapping[str, str]:
    """The environment variables for a processor with these flags, named as in /proc/cpuinfo.

    Without x86-64-v3 no instructions are set: OpenBLAS would crash on instructions that the processor lacks.
    """
    return _EVERYWHERE | (_AT_LEVEL_3 if _LEVEL_3 <= set(flags) else {})


def settings_here() -> Mapping[str, str]:
    """The environment variables for this machine's processor."""
    return settings_for(_cpu_flags())


def describe_instructions() -> str:
    """The family of the processor and the instructions that numpy chose, such as `x86_64 X86_V3`."""
    import numpy as np  # not at the top: numpy chooses its instructions when it is imported

    chosen = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return " ".join([platform.machine(), *chosen])


def _cpu_flags() -> list[str]:
    """The first processor's flags; empty where /proc/cpuinfo cannot be read or lists none, as outside of x86."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as cpuinfo:
            return next((line.split() for line in cpuinfo if line.startswith("flags")), [])
    except OSError:
        return []
