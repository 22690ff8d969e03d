"""What TensorFlow and Keras read from the environment when they are imported, and silence for what they write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
# Without this oneDNN still multiplies matrices, with other instructions on each processor, and is not faster here.
os.environ["TENSORFLOW_USE_CUSTOM_CONTRACTION_KERNEL"] = "0"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@contextmanager
def discard_stderr() -> Iterator[None]:
    """Discard what the process writes to stderr during the block, C++ code included, whatever it is told."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
