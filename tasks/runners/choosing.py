"""Which runner works, as the environment says: it changes no forecast, so it is no setting of a run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from schemas.errors import UsageError
from tasks.runners.runner import Runner
from tasks.runners.threads import Threads

RUNNER = "WEEKCAST_RUNNER"
_ADDRESS = re.compile(r"dask://([^/:\s]+:[0-9]{1,5}|\[[0-9a-fA-F:]+\]:[0-9]{1,5})")


@contextmanager
def opened_runner() -> Iterator[Runner]:
    """The runner that WEEKCAST_RUNNER names: `threads`, `dask` or `dask://HOST:PORT`."""
    name = os.environ.get(RUNNER, "") or "threads"
    if name == "threads":
        with Threads() as threads:
            yield threads
        return
    address = _ADDRESS.fullmatch(name)
    if name != "dask" and address is None:
        raise UsageError(f"{RUNNER}={name}: expected threads, dask or dask://HOST:PORT")
    try:
        from tasks.runners.cluster import Cluster  # an extra, which loads a library
    except ImportError as error:
        raise UsageError(f"{RUNNER}={name}: run `pip install 'weekcast[dask]'` to use Dask") from error
    with Cluster(address[1] if address else "") as cluster:
        yield cluster
