"""What people expect of any command line: help, version, quiet, completion, colours, and names spelled wrongly."""

from __future__ import annotations

import json
import os
import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer.main

from flows.cli import app
from tests.command_line.command import WEEKCAST, Weekcast, in_this_process

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def test_the_version_is_that_of_the_package() -> None:
    ended = in_this_process("--version")
    assert (ended.code, ended.stdout) == (0, f"weekcast {version('weekcast')}\n")


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_is_short_or_long_and_shows_no_types(name: str) -> None:
    short, long = (in_this_process(*filter(None, [name, option])) for option in ("-h", "--help"))
    assert (short.code, short.stdout) == (0, long.stdout)
    assert re.findall(r"<[^>\n]+>", short.stdout) in ([], ["<weekly|never>"])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_and_option_has_a_sentence(name: str) -> None:
    for parameter in COMMANDS[name].params:
        assert re.fullmatch(r"[^a-z].*[.…\w]", parameter.help or ""), parameter.name


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["chekc"], "Did you mean 'check'?"),
        (["check", "sales.csv", "--jsn"], "--json"),
        (["check", "sales.csv", "--set", "horzon=3"], "unknown setting 'horzon': did you mean 'horizon'?"),
        (["check", "sales.csv", "--set", "Max-Units=3"], "did you mean 'max_units'"),
        (["check", "sales.csv", "--input", "price=x.csv"], "input 'price': did you mean 'prices'?"),
        (["check", "sales.csv", "--config", "horzon = 3"], "unknown setting 'horzon': did you mean 'horizon'?"),
        (["check", "sales.csv", "--config", "[input]"], "unknown setting 'input': did you mean 'inputs'?"),
        (["check", "sales.csv", "--config", "[inputs]\nprics = 'x'"], "input 'prics': did you mean 'prices'?"),
        (["check", "sales.csv", "--set", "zzz=3"], "unknown setting 'zzz': expected one of product, week, units"),
    ],
    ids=str,
)
def test_who_spells_a_name_wrongly_is_told_the_right_one(arguments: list[str], meant: str, tmp_path: Path) -> None:
    if "--config" in arguments:
        file = tmp_path / "weekcast.toml"
        file.write_text(arguments[-1])
        arguments = [*arguments[:-1], str(file)]
    ended = in_this_process(*arguments)
    assert (ended.code, meant in " ".join(ended.stderr.split())) == (2, True), ended.stderr


def test_quiet_leaves_warnings_errors_and_exit_codes(published_copy: Path, tmp_path: Path) -> None:
    sales, config, stock = tmp_path / "sales.csv", tmp_path / "w.toml", tmp_path / "stock.csv"
    stock.write_text("product_code,on_hand,lead_time_weeks,service_level\nP1,0,1,0.9\n")
    assert in_this_process("sample", sales, "--products", 20).stderr
    assert in_this_process("sample", sales, "--products", 20, "--quiet").stderr == ""
    for arguments in (
        ("init", sales, "--out", config),
        ("check", sales),
        ("verify", published_copy),
        ("status", published_copy),
        ("orders", published_copy, "--inventory", stock, "--out", tmp_path / "orders.csv"),
    ):
        quiet = in_this_process(*arguments, "-q")
        assert (quiet.code, quiet.stdout, quiet.stderr) == (0, "", ""), arguments
    assert config.exists()
    refused = in_this_process("init", sales, "--out", config, "-q")
    assert (refused.code, "--force" in refused.stderr) == (2, True)
    assert json.loads(in_this_process("status", published_copy, "-q", "--json").stdout)["overdue"] is False
    (published_copy / "champion.json").write_text("{}")
    for command in ("verify", "status"):
        damaged = in_this_process(command, published_copy, "-q")
        assert (damaged.code, damaged.stdout, "champion.json" in damaged.stderr) == (4, "", True)
    sales.write_text("not,a\nsales,file\n")
    assert in_this_process("check", sales, "-q").code == 3
    assert in_this_process("check", sales).stdout  # the next command tells again


def test_a_quiet_run_shows_no_progress_but_what_came_of_it(
    weekcast: Weekcast, published_copy: Path, sample: Path
) -> None:
    told = weekcast("run", sample, "--store", published_copy)
    quiet = weekcast("run", sample, "--store", published_copy, "--quiet")
    assert ("ingest" in told.stderr, quiet.stderr) == (True, "")
    assert quiet.stdout == told.stdout != ""


def test_completion_offers_commands_and_the_names_of_settings_and_inputs() -> None:
    def complete(line: str) -> str:
        words = {**os.environ, "_TYPER_COMPLETE_ARGS": line, "_WEEKCAST_COMPLETE": "complete_zsh"}
        return subprocess.run([WEEKCAST], env=words, capture_output=True, text=True, check=True).stdout

    for line, offered in (("ch", "check"), ("check sales.csv --set hor", "horizon="), ("run x --input pri", "prices=")):
        assert f'"{offered}"' in complete(f"weekcast {line}")


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)], ids=["", "NO_COLOR"])
def test_no_color_is_respected(environment: dict[str, str], coloured: bool) -> None:
    environment = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm", **environment}
    for arguments in (["check", "no-such.csv"], ["check", "--nothing"], ["--help"]):
        ended = subprocess.run([WEEKCAST, *arguments], env=environment, capture_output=True, text=True)
        codes = re.findall(r"\x1b\[([\d;]*)m", ended.stdout + ended.stderr)
        colours = [code for code in codes if re.search(r"(^|;)(3[0-8]|4[0-8]|9\d|10[0-7])($|;)", code)]
        assert bool(colours) == coloured, arguments
