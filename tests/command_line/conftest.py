"""A store that something was published to, and the command line that did it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.command_line.command import Weekcast
from tests.server import PrefectServer


@pytest.fixture(scope="session")
def weekcast(prefect_server: PrefectServer) -> Weekcast:
    """`weekcast`, against the session's server."""
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
    """A store in which that file's forecast is published; not to be spoiled."""
    store = tmp_path_factory.mktemp("published") / "store"
    ended = weekcast("run", sample, "--store", store)
    assert ended.code == 0, ended.stderr
    return store


@pytest.fixture
def published_copy(published: Path, tmp_path: Path) -> Path:
    """A copy of that store, to be spoiled."""
    return Path(shutil.copytree(published, tmp_path / "store"))
