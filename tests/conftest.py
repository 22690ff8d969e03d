"""Fixtures for all tests: a real Prefect server, the real sales file, made-up sales and a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Page
from xdist.scheduler import LoadFileScheduling

import tests.examples  # noqa: F401 - pytest looks for the profile of `make soak` before it collects tests
from tasks.models.panel import Panel
from tests.browser import find_chromium, open_page
from tests.real_sales import NoRealSales, read_history, require_real_sales
from tests.server import PrefectServer, serving

_SLOW = ("soak", "end_to_end", "command_line")  # begun last, one of their files would keep all processes waiting
_TOGETHER = "end_to_end"  # these tests share a worker of Prefect's and its first run


class _Scheduler(LoadFileScheduling):  # type: ignore[misc]  # it has no types
    """Gives each file to one process of `make test`, and one folder too."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return _TOGETHER if _TOGETHER in Path(file).parts else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Scheduler:
    """Use the scheduler of this module."""
    return _Scheduler(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the files that take minutes."""
    items.sort(
        key=lambda item: next((place for place, name in enumerate(_SLOW) if name in item.path.parts), len(_SLOW))
    )


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """One server for the whole session, because its start takes as long as many tests."""
    with serving(tmp_path_factory.mktemp("prefect")) as server:
        yield server


@pytest.fixture(scope="session")
def real_sales() -> Path:
    """The published sales file."""
    try:
        return require_real_sales()
    except NoRealSales as error:
        _leave_out(str(error))


@pytest.fixture(scope="session")
def real_history(real_sales: Path) -> Panel:
    """The published data set."""
    return read_history(real_sales)


@pytest.fixture
def browser_page() -> Iterator[Page]:
    """An empty page in a real browser that makes no requests of its own."""
    if find_chromium() is None:
        _leave_out("no Chromium on this machine; WEEKCAST_CHROMIUM may name one")
    with open_page() as page:
        yield page


def _leave_out(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small file of made-up sales: 60 products, 30 weeks."""
    from tests.command_line.command import in_this_process  # here: most tests need no command

    file = tmp_path_factory.mktemp("sample") / "sales.csv"
    assert in_this_process("sample", file, "--products", 60, "--weeks", 30).code == 0
    return file
