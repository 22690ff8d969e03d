"""`weekcast init`: look at a sales file, and write the settings with which it is read."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows.commands.inputs_beside import describe_inputs, find_inputs
from flows.console import plain, print_hint, print_line, print_warning
from flows.reading import check_source
from schemas.config import Config, load_config
from schemas.errors import BadInput, StoreUnavailable, UsageError
from schemas.reading import Reading
from tasks.sales.checking.verdict import Verdict
from tasks.sales.weeks import name_week
from tasks.sources.address import shown_source

_TRIES = 8  # refusals that are answered by the one setting that each of them names
_DECIDED = {"total_rows": "drop"}  # where a refusal names two: a row of totals is no product
_FOR_A_PERSON = ("max_quarantined", "max_units", "decimal")  # they admit a file at a price that a person has to know


def write_config(source: str, out: Path, settings: Sequence[str], force: bool) -> None:
    """Write what was found about a sales file, what was decided and what was not, as commented TOML.

    Raises UsageError where the file to write exists, StoreUnavailable where it cannot be written.
    """
    if out.exists() and not force:
        raise UsageError(f"{out}: it exists; name another with --out, or write over it with --force", file=str(out))
    chosen = dict(setting.partition("=")[::2] for setting in settings)
    verdict, config = _look(source, chosen)
    text = _describe(source, out, verdict, chosen, config)
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreUnavailable(f"{out}: {error.strerror}", file=str(out)) from error
    for line in verdict.reading:
        print_line(line)
    if verdict.refused:
        print_warning(f"not decided: {verdict.refused.message}")
    else:
        print_line(f"{verdict.sales.num_rows:,} of {verdict.products:,} products accepted")
        for line in _list_open(verdict):
            print_line(f"open: {line}")
    for name, file in find_inputs(source).items():
        print_line(f"{name}: {file}")
    print_line(f"wrote {out}")
    print_hint(f"use it: {_show_use(source, out)}")


def _look(source: str, chosen: dict[str, str]) -> tuple[Verdict, Config]:
    """The verdict with the settings that refusals ask for, which are added to those that are chosen."""
    for _ in range(_TRIES):
        config = load_config(None, [f"{name}={value}" for name, value in chosen.items()])
        verdict = check_source(source, config)
        answer = _answer(verdict, chosen)
        if not answer:
            break
        chosen |= answer
    return verdict, config


def _answer(verdict: Verdict, chosen: dict[str, str]) -> dict[str, str]:
    """The settings that admit a refused file, where there is no choice; empty where there is one, or nothing helps."""
    remedies = verdict.refused.remedies if verdict.refused else ()
    named = [[setting.partition("=")[::2] for setting in remedy.settings] for remedy in remedies]
    if len(named) > 1:
        named = [settings for settings in named if all(_DECIDED.get(name) == value for name, value in settings)]
    answer = dict(named[0]) if len(named) == 1 else {}
    return {} if answer.keys() & {*chosen, *_FOR_A_PERSON} else answer


def _describe(source: str, out: Path, verdict: Verdict, chosen: dict[str, str], config: Config) -> str:
    decided, asked = verdict.recognised | chosen, _list_open(verdict)
    lines = [_comment(f"How {shown_source(source)} is read: {_show_use('…', out)}"), ""]
    lines += [_comment(found) for found in _list_found(verdict, config)]
    lines += ["", *(f"{name} = {_toml(name, value)}" for name, value in decided.items())]
    if verdict.refused:
        lines += ["", *_list_undecided(verdict.refused)]
    if asked:
        lines += ["", "# Open:", *map(_comment, asked), "# first_week = 2024-01-01"]
    lines += ["", "# What else can be set, with its default:"]
    for name, field in Reading.model_fields.items():
        if name not in decided and not (name == "first_week" and asked):
            default = "" if field.default is None else json.dumps(field.default)
            lines.append(f"# {name} = {default}".rstrip() + f"  # {field.description}")
    lines += describe_inputs(find_inputs(source), config)
    return "\n".join(lines) + "\n"


def _list_open(verdict: Verdict) -> list[str]:
    """What the file does not tell, and only a person knows."""
    if verdict.refused or verdict.first_date:
        return []
    return [
        "the weeks have no dates: first_week, such as 2024-01-01, is the first day of W0. Without it the dates of the "
        "forecasts are null, holidays are not known, and Easter is a week like any other"
    ]


def _show_use(source: str, out: Path) -> str:
    """The command that reads a file with the settings that were written."""
    shown = source if source == "…" else shlex.quote(shown_source(source))
    return f"weekcast run {shown} --store STORE --config {shlex.quote(str(out))}"


def _list_found(verdict: Verdict, config: Config) -> list[str]:
    found = [*verdict.reading, f"encoding {config.encoding}"]
    if verdict.first_week is not None and verdict.last_week is not None:
        span = [name_week(week, verdict.first_date) for week in (verdict.first_week, verdict.last_week)]
        found.append(f"{verdict.sales.num_rows:,} of {verdict.products:,} products, {span[0]} to {span[1]}")
    rules = verdict.set_aside["rule"].value_counts().to_pylist()
    found.append("set aside: " + (", ".join(f"{each['values']} {each['counts']:,}" for each in rules) or "nothing"))
    return found + [f"warning: {warning}" for warning in verdict.warnings]


def _list_undecided(refused: BadInput) -> list[str]:
    """What could not be decided, and the settings that would, to be uncommented."""
    lines = ["# Not decided:", _comment(refused.message)]
    for setting in [setting for remedy in refused.remedies for setting in remedy.settings]:
        name, _, value = setting.partition("=")
        lines.append(_comment(f"{name} = {_toml(name, value)}"))
    return lines


def _comment(text: str) -> str:
    """A comment of one line: a line break in it would end it, and what follows would be a setting."""
    return f"# {plain(text, keep='')}"


def _toml(name: str, value: str) -> str:
    bare: Any = Config.model_fields[name].annotation in (float, int)
    return value if bare or name == "first_week" else _toml_text(value)


def _toml_text(text: str) -> str:
    """A text between quotes as in TOML, which wants the sign 7F escaped, and no character in two halves."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08X}" for char in quoted)
