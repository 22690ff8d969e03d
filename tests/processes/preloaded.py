"""What a forked process of the tests finds imported; what reads the environment of a command must not be among it."""

import tasks.store.opening
import tasks.store.publishing.publication  # noqa: F401
from tasks.models.network.quiet import discard_stderr

with discard_stderr():
    import tensorflow  # noqa: F401
