"""Silence for libraries of C++ that write notes to stderr whatever they are told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def discard_stderr() -> Iterator[None]:
    """Discard what the process writes to stderr during the block, C++ code included."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
