"""Memory that a step has freed goes back to the machine, so that the next step does not come on top of it."""

from __future__ import annotations

import ctypes

import pyarrow as pa


def release_memory() -> None:
    """Return what the memory pools of Arrow and of the C library keep for later."""
    pa.default_memory_pool().release_unused()
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):  # glibc's
        library.malloc_trim(0)
