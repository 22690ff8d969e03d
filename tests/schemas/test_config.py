"""The settings, and the messages about wrong ones."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path

import pytest

from schemas.config import Config, WeeklyRequest, load_config
from schemas.errors import BadInput, SourceMissing, UsageError


def test_settings_come_before_the_file_and_the_file_before_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "weekcast.toml"
    file.write_text("horizon = 5\nseed = 7\nfirst_week = 2024-01-01\n")
    config = load_config(file, ["seed=9", "lookback=none"])
    assert (config.horizon, config.seed, config.lookback, str(config.first_week)) == (5, 9, None, "2024-01-01")


@pytest.mark.parametrize(
    ("setting", "fragments"),
    [
        ("horizon=99", ["horizon", "52", "99"]),
        ("horizont=3", ["horizont", "horizon"]),
        ("horizon", ["horizon", "name=value"]),
        ("first_week=2024-01-02", ["Tuesday", "2024-01-01"]),
        *(
            (f"max_units={value}", ["max_units", value])
            for value in ("1e16", "9007199254740993.5", "inf", "nan", "0", "-1")
        ),
        ("gaps=skip", ["gaps", "refuse", "zero", "skip"]),
    ],
)
def test_a_wrong_setting_is_named_with_what_was_expected(setting: str, fragments: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        load_config(None, [setting])
    assert all(fragment in caught.value.message for fragment in fragments)
    assert "Value error" not in caught.value.message  # pydantic's words


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    file = tmp_path / "weekcast.toml"
    file.write_text("horizon: 3")
    with pytest.raises(UsageError, match=r"weekcast\.toml"):
        load_config(file, [])


def test_equal_settings_have_the_same_fingerprint_however_they_are_written() -> None:
    assert load_config(None, ["max_units=1000000000"]).fingerprint() == Config().fingerprint()
    assert load_config(None, ["seed=2"]).fingerprint() != Config().fingerprint()


def test_only_settings_that_differ_from_the_defaults_and_matter_to_the_forecast_are_in_the_fingerprint() -> None:
    nothing = hashlib.sha256(b"{}").hexdigest()  # also once a later release has more settings
    assert Config().fingerprint() == nothing
    assert load_config(None, ["encoding=latin-1", "gaps=zero", "cut=12"]).fingerprint() == nothing


def test_an_error_survives_the_way_to_another_process() -> None:
    error = copy.copy(BadInput("no", file="sales.csv", line=3))  # a copy is rebuilt in the same way as by pickle
    assert (error.message, error.where, error.kind) == ("no", {"file": "sales.csv", "line": 3}, "bad_input")
    assert SourceMissing("gone").exit_code == 5


@pytest.mark.parametrize(
    "given",
    [
        {"product": "store,item", "week": "day", "units": "qty", "carry": "category", "query": "select 1"},
        {"product": ["store", "item"], "carry": ["category", "brand"]},
        {"decimal": "comma", "thousands": "point", "week_starts": "Sunday", "first_week": "2024-01-07"},
        {"decimal": ",", "thousands": " ", "date_format": "%d/%m/%Y", "rows": "transactions"},
        {"last_week": "drop", "total_rows": "keep", "bad_cells": "previous"},
    ],
)
def test_settings_of_reading_are_taken_from_a_file_a_command_and_a_form(
    given: dict[str, object], tmp_path: Path
) -> None:
    file = tmp_path / "weekcast.toml"
    file.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in given.items()))
    asked = [f"{name}={','.join(value) if isinstance(value, list) else value}" for name, value in given.items()]
    configs = [load_config(file, []), Config.model_validate(given)]
    if given.get("thousands") != " ":  # which a command strips: it is called space there
        configs.append(load_config(None, asked))
    assert all(config == configs[0] for config in configs)
    assert load_config(None, ["thousands=space"]).thousands == " "


def test_the_form_of_the_ui_shows_every_setting_with_its_description() -> None:
    shown = WeeklyRequest.model_json_schema()["$defs"]["Config"]["properties"]
    assert list(shown) == list(Config.model_fields)
    assert all(setting["description"] for setting in shown.values())
