"""What the numbers of a process depend on beside its input: releases, this code, and the processor's instructions."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

from threadpoolctl import threadpool_info

from schemas.processor import describe_instructions

_LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "tensorflow", "keras")
_PACKAGES = ("schemas", "tasks")  # whose files are the code


@cache
def identify_process() -> dict[str, str]:
    """Each of them by name, as a process has it that runs this code."""
    found = {"Python": platform.python_version()} | {name: version(name) for name in _LIBRARIES}
    return found | {"instructions": describe_instructions(), "OpenBLAS": _describe_blas(), "weekcast": _hash_code()}


def name_differences(ours: dict[str, str], theirs: dict[str, str]) -> str:
    """What a worker has otherwise than this process; empty where it has the same."""
    differs = [name for name, value in ours.items() if theirs.get(name) != value]
    return ", ".join(f"{name} {theirs.get(name, 'missing')} (here {ours[name]})" for name in differs)


def _describe_blas() -> str:
    """The kernels that OpenBLAS chose, and on how many threads they run."""
    found = {
        f"{library['architecture']} x {library['num_threads']}"
        for library in threadpool_info()
        if library["internal_api"] == "openblas"
    }
    return ", ".join(sorted(found))


def _hash_code() -> str:
    """A short hash of the code and the shipped weights."""
    above, digest = Path(__file__).parents[2], hashlib.sha256()
    for folder in _PACKAGES:
        for file in sorted(Path(above, folder).rglob("*.*")):
            if file.suffix in (".py", ".keras"):
                digest.update(file.relative_to(above).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]
