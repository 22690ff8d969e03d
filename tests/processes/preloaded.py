"""What a forked process of the tests finds imported; what reads the environment of a command must not be among it."""

import os

import tasks.store.opening
import tasks.store.publishing.publication  # noqa: F401

_stderr = os.dup(2)
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # TensorFlow writes notes on missing GPUs
import tensorflow  # noqa: E402, F401

os.dup2(_stderr, 2)
