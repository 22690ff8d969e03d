"""A fixture that checks bytes as if they were a file."""

from __future__ import annotations

import pytest

from schemas.config import Config
from tasks.sales.checking.check import Verdict, check_file
from tests.sales.tables import Judge


@pytest.fixture(scope="session")
def judge_bytes(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """A function that checks bytes as a file called `sales.csv`, with settings."""
    file = tmp_path_factory.mktemp("sales") / "received"

    def judge_data(data: bytes, as_of: str | None = None, **settings: object) -> Verdict:
        file.write_bytes(data)
        return check_file(file, Config.model_validate(settings), as_of, "sales.csv")

    return judge_data
