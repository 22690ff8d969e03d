"""The tables of settings and commands in the documents are those of `Config` and of the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from flows.cli import app
from schemas.config import Config
from tasks.sources.allowed import SALES, STORES

ROOT = Path(__file__).parents[2]
TEXTS = {path.relative_to(ROOT): path.read_text() for path in sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("d*/*.md"))}
SETTINGS = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", (ROOT / "docs" / "settings.md").read_text(), re.M))
OPERATING = (ROOT / "deployments" / "README.md").read_text()
VARIABLES = re.findall(r"^\| `(WEEKCAST_\w+)` \|", OPERATING, re.M)
COMMANDS = dict(re.findall(r"^\| `weekcast (\w+)[^`]*` \| [^|]+ \| ([^|]+) \|", OPERATING, re.M))


def test_every_setting_stands_in_the_table_in_its_order() -> None:
    assert list(SETTINGS) == list(Config.model_fields)


@pytest.mark.parametrize("name", Config.model_fields)
def test_the_default_of_a_setting_is_the_one_in_the_table(name: str) -> None:
    default = Config.model_fields[name].default
    if default is not None:
        told = SETTINGS[name].strip("`")
        assert told == str(default).lower() or float(told) == default


def test_every_command_and_option_stands_in_the_table() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert set(COMMANDS) == set(commands)
    for name, command in commands.items():
        options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        assert set(re.findall(r"`(--[\w-]+)`", COMMANDS[name])) == options - {"--help"}, name


def test_every_way_to_say_a_setting_is_accepted() -> None:
    for line in re.findall(r"--set (\w+)=", "".join(TEXTS.values())):
        assert line in {*Config.model_fields, "name"}


def test_the_readme_is_read_in_five_minutes() -> None:
    assert len((ROOT / "README.md").read_bytes()) <= 6_000


@pytest.mark.parametrize("path", TEXTS, ids=str)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target, _, part in (link.partition("#") for link in re.findall(r"\]\((?!https?:)([^)]+)\)", TEXTS[path])):
        file = (ROOT / path).parent / target if target else ROOT / path
        assert file.exists(), target
        assert not part or part in _anchors(file.read_text()), f"{target}#{part}"


def _anchors(text: str) -> set[str]:
    """What the headings of a document are called in links."""
    heads = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_variable_of_the_environment_stands_in_the_table() -> None:
    read = [path for folder in ("flows", "tasks", "schemas") for path in (ROOT / folder).rglob("*.py")]
    texts = [path.read_text() for path in (*read, ROOT / "deployments" / "prefect.yaml")]
    assert sorted(VARIABLES) == sorted({name for text in texts for name in re.findall(r"\bWEEKCAST_[A-Z_]+", text)})


def test_it_is_said_plainly_that_whoever_starts_a_run_acts_as_the_workers_user() -> None:
    told = " ".join(OPERATING.split("## Who may read and write what")[1].split("\n## ")[0].split())
    assert told.startswith("**Whoever may start a run acts as the worker's user.**")
    assert "without the following two variables every user of the Prefect server can" in told
    for name in (SALES, STORES):
        assert f"{name}=" in told
