"""What the numeric libraries may use of a processor, so that the same input gives the same bytes on another one.

numpy and OpenBLAS choose their code by the processor when they are imported, and each choice rounds otherwise in the
last bits. So this comes before them: the `__init__` of each of our packages calls it.
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
    """Bind the libraries to one thread and, on x86-64-v3, to its instructions, whatever the processor offers beyond.

    What the environment says of it is overwritten: a switch that somebody set would change the forecasts. Where numpy
    is imported already it stays as it is, and `describe_instructions` tells.
    """
    os.environ.update(settings_for(_cpu_flags()))
    if "NPY_DISABLE_CPU_FEATURES" in os.environ:
        os.environ.pop("NPY_ENABLE_CPU_FEATURES", None)  # numpy cannot be imported with both


def settings_for(flags: Iterable[str]) -> Mapping[str, str]:
    """The environment for a processor with those flags.

    Without x86-64-v3 nothing is chosen: OpenBLAS would crash on instructions that are not there.
    """
    return _EVERYWHERE | (_AT_LEVEL_3 if _LEVEL_3 <= set(flags) else {})


def describe_instructions() -> str:
    """The family of the processor and the instructions that numpy chose, such as `x86_64 X86_V3`."""
    import numpy as np  # chooses when it is imported

    chosen = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return " ".join([platform.machine(), *chosen])


def _cpu_flags() -> list[str]:
    """The first processor's flags; none where the system does not tell, or it is no x86."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as told:
            return next((line.split() for line in told if line.startswith("flags")), [])
    except OSError:
        return []
