"""A web server, and a real PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgresql import PostgreSQL, find_programs, postgresql
from tests.web import WebServer, web_server


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebServer]:
    """A web server with the files of a folder."""
    (tmp_path / "web").mkdir()
    with web_server(tmp_path / "web") as server:
        yield server


@pytest.fixture(scope="session")
def database_server() -> Iterator[PostgreSQL]:
    """One PostgreSQL server for the whole session."""
    if find_programs() is None:
        reason = "no PostgreSQL on this machine"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with postgresql() as server:
        yield server
