"""A store with a published forecast, and the command line that published it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.command_line.command import Weekcast
from tests.server import PrefectServer
from tests.weeks import run_week


@pytest.fixture(scope="session")
def weekcast(prefect_server: PrefectServer) -> Weekcast:
    """The command `weekcast`, which uses the session's server."""
    return Weekcast(prefect_server.environment)


@pytest.fixture(scope="session")
def published(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the published forecast of `sample`; tests must not change it."""
    store = tmp_path_factory.mktemp("published") / "store"
    run_week(sample, store)
    return store


@pytest.fixture
def published_copy(published: Path, tmp_path: Path) -> Path:
    """A copy of that store, which tests may change."""
    return Path(shutil.copytree(published, tmp_path / "store"))
