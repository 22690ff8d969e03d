"""Fixtures judge bytes without naming a file, and check what all refused files or all readable forms have in common."""

from __future__ import annotations

import numpy as np
import pytest

from schemas.config import Config
from tasks.sales.checking.verdict import Verdict
from tests.sales.tables import (
    ExpectPlainSales,
    ExpectRefusal,
    Judge,
    check_file,
    faults_of,
    healthy,
    same_sales,
    to_bytes,
)


@pytest.fixture(scope="session")
def judge_bytes(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Judges bytes as a file called `sales.csv`, with settings."""
    file = tmp_path_factory.mktemp("sales") / "received"

    def judge_data(data: bytes, as_of: str | None = None, **settings: object) -> Verdict:
        file.write_bytes(data)
        return check_file(file, Config.model_validate(settings), as_of, "sales.csv")

    return judge_data


@pytest.fixture(scope="session")
def expect_refusal(judge_bytes: Judge) -> ExpectRefusal:
    """Expects that bytes are refused in one short line, which names the file and holds these fragments."""

    def expect(data: bytes, fragments: tuple[str, ...]) -> None:
        refused = judge_bytes(data).refused
        assert refused is not None
        assert refused.where["file"] == "sales.csv"
        assert refused.message.startswith("sales.csv")
        assert [fragment for fragment in fragments if fragment not in refused.message] == []
        assert "\n" not in refused.message and len(refused.message) < 400

    return expect


@pytest.fixture(scope="session")
def expect_plain_sales(judge_bytes: Judge) -> ExpectPlainSales:
    """Expects that bytes are accepted without a word, with the same sales as a plain, healthy file."""

    def expect(data: bytes) -> None:
        verdict, plain = judge_bytes(data), judge_bytes(to_bytes(healthy()))
        assert (verdict.refused, faults_of(verdict), verdict.warnings) == (None, [], [])
        assert (verdict.first_week, verdict.last_week, verdict.first_date, verdict.products) == (0, 11, None, 40)
        assert same_sales(verdict.sales, plain.sales)
        assert not np.signbit(verdict.sales.column(0)).any()

    return expect
