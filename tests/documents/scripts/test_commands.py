"""Every command in the documents is one that the command line takes, and that a test or a trial runs."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from itertools import dropwhile, groupby
from pathlib import Path
from typing import NamedTuple

import pytest
import typer.main

from deployments.trials.readme import write_script
from flows.cli import app
from tests.benchmarks.__main__ import BENCHMARKS

ROOT = Path(__file__).parents[3]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("deployments/*.md")]
CODE = [
    ROOT / "Makefile",
    *(file for folder in ("docs", "deployments", "tests") for file in ROOT.glob(f"{folder}/**/*")),
]
TARGETS = set(re.findall(r"^([a-z/]+):", (ROOT / "Makefile").read_text(), re.M))
# What stands in a document and is run by nobody here, and why.
ELSEWHERE = {
    "docker": "there is no Docker here: deployments/trials/container.py follows its files",
    "useradd": "the machine's own users, services and folders stay as they are",
    "install": "as useradd",
    "cp": "as useradd",
    "systemctl": "as useradd",
    "opentelemetry-instrument": "tried by hand, as the document says",
    "pip": "an environment of its own is needed, as deployments/trials/install.sh makes",
    "dask": "the tests start schedulers and workers by Dask's own classes",
}
SHELL = ("export", "source", "cd", "set", "eval", "git")


class Line(NamedTuple):
    """A command in a document: its words, without variables that are set for it."""

    file: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file}: {' '.join(self.words)}"


def read_lines() -> Iterator[Line]:
    """All commands in blocks of code, one after the other."""
    for file in sorted(DOCUMENTS):
        for language, block in re.findall(r"^ *```(\w*)\n(.*?)^ *```", file.read_text(), re.S | re.M):
            if language in ("", "sh"):
                text = re.sub(r"<<'END'.*?^END$", "", block.replace("\\\n", ""), flags=re.S | re.M)
                yield from (Line(file.name, words) for words in split_commands(text))


def split_commands(text: str) -> Iterator[tuple[str, ...]]:
    """The words of each command of a shell script."""
    text = re.sub(r"(^|\s)#.*$", "", text, flags=re.M)
    text = re.sub(r"<([^>\n]+)>", lambda placeholder: placeholder[1].replace(" ", "-"), text)
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";&\n")
    lexer.whitespace, lexer.whitespace_split = " \t", True
    for ends, group in groupby(lexer, lambda word: set(word) <= set(";&\n")):
        words = list(dropwhile(re.compile("[A-Z_]+=").match, group))
        if words and not ends:
            yield (words[0].removeprefix(".venv/bin/"), *words[1:])


LINES = list(read_lines())


def test_the_documents_have_commands() -> None:
    assert len([line for line in LINES if line.words[0] == "weekcast"]) > 20


@pytest.mark.parametrize("line", [line for line in LINES if line.words[0] == "weekcast"], ids=str)
def test_the_command_line_takes_what_documents_say(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WEEKCAST_SALES", "WEEKCAST_STORE"):  # which documents set before
        monkeypatch.setenv(name, name.lower())
    name, *arguments = line.words[1:]
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    commands[name].make_context(name, arguments)  # raises where it does not


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> str:
    """All that tests and trials run, and the lines of the document that one of them follows."""
    texts = [file.read_text() for file in CODE if file.suffix in (".py", ".sh")]
    return "\n".join([*texts, write_script(tmp_path_factory.mktemp("readme"), 4200)])


@pytest.mark.parametrize("line", LINES, ids=str)
def test_a_test_or_a_trial_runs_it(line: Line, code: str) -> None:
    program, *rest = line.words
    if program == "make":
        targets = [word for word in rest if "=" not in word and not word.startswith(("-", "/"))]
        assert set(targets) <= TARGETS
        chosen = next((word.partition("=")[2].split() for word in rest if word.startswith("ONLY=")), [])
        assert targets != ["benchmark"] or set(chosen) <= BENCHMARKS.keys()
    elif program == "python" and rest[0] == "-m":
        assert importlib.util.find_spec(rest[1])
    elif program not in (*ELSEWHERE, *SHELL):
        name = next(iter(rest), "")
        shown = rf"{program}\W+{re.escape(name)}" if program != "weekcast" else rf"(weekcast \W*|\"){name}\b"
        assert re.search(shown, code), f"nobody runs `{program} {name}`"
