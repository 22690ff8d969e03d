"""Calls of the C library that fail below one folder: how they are named, and how a process is told which."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")
KINDS = {name: 1 << place for place, name in enumerate(
    ("open", "create", "read", "write", "sync", "rename", "mkdir", "unlink", "close")
)}  # fmt: skip
MODES = ("once", "lasting", "short once", "short lasting")
EVERYWHERE = tuple(KINDS)
# What a real disk answers to which calls.
CALLS = {
    "EIO": EVERYWHERE,
    "ENOSPC": ("create", "write", "sync", "rename", "mkdir"),
    "EMFILE": ("open", "create"),
    "EINTR": ("open", "create", "read", "write", "sync", "rename", "unlink"),
    "short": ("write",),
}


class NoCompiler(RuntimeError):
    """There is no C compiler on this machine."""


@dataclass(frozen=True)
class Fault:
    """The call `n`, from 1, among those of some kinds on paths of the store like a pattern; none where n is 0.

    error: a key of CALLS; lasting: all later calls too; kill_after: calls until the process is killed then, 0: never;
    by_place: calls of one kind on one path that follow each other count as one, of which the first fails.
    """

    error: str = "EIO"
    n: int = 0
    calls: tuple[str, ...] = EVERYWHERE
    pattern: str = "*"
    lasting: bool = False
    kill_after: int = 0
    by_place: bool = False

    @property
    def mode(self) -> int:
        """Its place among MODES."""
        return MODES.index(("short " if self.error == "short" else "") + ("lasting" if self.lasting else "once"))


def build(folder: Path) -> Path:
    """Compile the library; raises NoCompiler where that cannot be done here."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise NoCompiler("no C compiler on this machine")
    library = folder / "shim.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
    return library


def arm(folder: Path, fault: Fault) -> None:
    """Let the calls of this process fail, which was started with the library."""
    library = ctypes.CDLL(None)
    kinds = reduce(or_, (KINDS[name] for name in fault.calls))
    number = errno.EIO if fault.error == "short" else getattr(errno, fault.error)
    texts = [os.fsencode(text) for text in (folder, fault.pattern)]
    after = ctypes.c_long(fault.kill_after)
    library.fault_arm(texts[0], kinds, ctypes.c_long(fault.n), number, fault.mode, texts[1], after, fault.by_place)


def disarm() -> tuple[int, int]:
    """Let no call fail any more; how many calls of the fault's kinds were made, and how many of them failed."""
    library = ctypes.CDLL(None)
    library.fault_count.restype = library.fault_failed.restype = ctypes.c_long
    counts = library.fault_count(), library.fault_failed()
    arm(Path("/nowhere"), Fault())
    return counts
