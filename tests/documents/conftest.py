"""A store as analysts find it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents.mondays import make_store


@pytest.fixture(scope="session")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store after three Mondays; tests must not change it."""
    return make_store(tmp_path_factory.mktemp("analysed"))
