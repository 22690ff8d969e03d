"""TensorFlow and Keras, set up so that the same data, configuration and seed give the same numbers on any machine.

Every module that needs them takes them from here. One thread and no GPU: the order of additions, and with it the last
bits, would depend on the machine otherwise, and networks as small as these gain nothing from more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager


@contextmanager
def _quiet() -> Iterator[None]:
    """Send what C++ writes to stderr nowhere: TensorFlow's notes on missing GPUs heed no log level."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


# Read by the libraries when they are imported.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
# Without this oneDNN multiplies all the same, with other instructions on each processor, and no faster here.
os.environ["TENSORFLOW_USE_CUSTOM_CONTRACTION_KERNEL"] = "0"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

with _quiet():
    import keras
    import tensorflow as tf
    from tensorflow.python.eager import context

    tf.config.set_visible_devices([], "GPU")
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.constant(0)  # starts the runtime, with its notes


def one_thread() -> AbstractContextManager[None]:
    """Within it compiled functions run on one executor that starts no threads: twice as fast for small operations.

    The usual executor hands operations to whichever thread is free, and under load a process's first fit came out
    different in its last bits. TensorFlow has no public name for the choice.
    """
    executor: AbstractContextManager[None] = context.function_executor_type("SINGLE_THREADED_EXECUTOR")
    return executor


__all__ = ["keras", "one_thread", "tf"]
