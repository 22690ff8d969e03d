"""Files of other programs are read by themselves, or refused with the setting that admits them."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.commands.init import write_config
from flows.reading import check_source
from schemas.config import Config, load_config
from schemas.forecasts import PRODUCT_CODE
from tasks.sales.checking.verdict import Verdict
from tests.sales.other_files.cases import CASES, Case


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def source(case: Case, tmp_path: Path) -> str:
    """The path of the file, or of the folder of files."""
    folder = tmp_path / "received"
    folder.mkdir()
    for name, content in case.files.items():
        (folder / name).write_bytes(content)
    return str(folder if len(case.files) > 1 else folder / name)


def assert_read(verdict: Verdict, case: Case) -> None:
    assert verdict.refused is None, verdict.refused
    sales = {row.pop(PRODUCT_CODE): list(row.values()) for row in verdict.sales.table().to_pylist()}
    assert sales == case.sales
    assert verdict.first_date == case.first
    assert case.warned in " ".join(verdict.warnings)


def test_the_file_is_read_or_refused_with_the_setting_that_admits_it(case: Case, source: str) -> None:
    verdict = check_source(source, Config())
    if case.refused:
        assert verdict.refused is not None
        assert case.refused in verdict.refused.message
        verdict = check_source(source, load_config(None, case.settings))
    assert_read(verdict, case)


def test_init_writes_the_settings_that_read_the_file(case: Case, source: str, tmp_path: Path) -> None:
    config = tmp_path / "weekcast.toml"
    write_config(source, config, [], force=False)
    verdict = check_source(source, load_config(config, []))
    assert (verdict.refused is not None) == case.open
    if verdict.refused:  # where a person has to choose
        choices = [setting for remedy in verdict.refused.remedies for setting in remedy.settings]
        assert len(choices) != 1
        assert all(f"# {choice.split('=')[0]} = " in config.read_text() for choice in choices)
        verdict = check_source(source, load_config(config, case.settings))
    assert_read(verdict, case)
