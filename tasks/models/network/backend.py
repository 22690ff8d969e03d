"""TensorFlow and Keras, set up so that the same data, configuration and seed give the same numbers on any machine.

Every module that needs them imports them from here. An operation uses one thread and no GPU: otherwise the order of
additions, and with it the last bits, would depend on the machine, and networks as small as these would not be faster.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from tasks.models.network.environment import discard_stderr

with discard_stderr():  # TensorFlow's notes on missing GPUs ignore the log level
    import keras
    import tensorflow as tf
    from tensorflow.python.eager import context

    tf.config.set_visible_devices([], "GPU")
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(2)  # two fits, each on one
    tf.constant(0)  # starts the runtime here, where its notes are discarded


def one_thread() -> AbstractContextManager[None]:
    """A context in which compiled functions start no threads, which is twice as fast for small operations.

    TensorFlow's default gives an operation to any free thread: under load a process's first fit differed in its last
    bits. There is no public function to choose this.
    """
    executor: AbstractContextManager[None] = context.function_executor_type("SINGLE_THREADED_EXECUTOR")
    return executor


__all__ = ["keras", "one_thread", "tf"]
