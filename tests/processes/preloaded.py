"""What a forked process of the tests finds imported; what reads the environment of a command must not be among it.

Prefect reads it when it is imported. So the libraries that Prefect needs are named here, and Prefect is not.
"""

# ruff: noqa: F401
import fastapi.encoders
import griffe
import httpcore
import httpx
import jsonschema
import pandera.backends.pandas.builtin_checks
import typer
import websockets.asyncio.client

import tasks.store.opening
import tasks.store.publishing.publication
from tasks.models.network.environment import discard_stderr

with discard_stderr():
    import tensorflow  # not what starts its runtime, which cannot be forked
