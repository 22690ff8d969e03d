"""A store with a published forecast, and the command line that published it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.command_line.command import Weekcast
from tests.server import PrefectServer


@pytest.fixture(scope="session")
def weekcast(prefect_server: PrefectServer) -> Weekcast:
    """The command `weekcast`, which uses the session's server."""
    return Weekcast(prefect_server.environment)


@pytest.fixture(scope="session")
def sample(weekcast: Weekcast, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small file of made-up sales."""
    file = tmp_path_factory.mktemp("sample") / "sales.csv"
    ended = weekcast("sample", file, "--products", 60, "--weeks", 30)
    assert ended.code == 0, ended.stderr
    return file


@pytest.fixture(scope="session")
def published(weekcast: Weekcast, sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the published forecast of `sample`; tests must not change it."""
    store = tmp_path_factory.mktemp("published") / "store"
    ended = weekcast("run", sample, "--store", store)
    assert ended.code == 0, ended.stderr
    return store


@pytest.fixture
def published_copy(published: Path, tmp_path: Path) -> Path:
    """A copy of that store, which tests may change."""
    return Path(shutil.copytree(published, tmp_path / "store"))
