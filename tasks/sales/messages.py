"""The text of a refusal: where the fault is, what was expected, what was found and what to do."""

from __future__ import annotations

import re

from schemas.errors import BadInput

_SETTING = re.compile(r'--set (?:"([^"]+)"|(\S+))')
_SHOWN = 60  # characters of a value from the file that a message shows
_LONGEST = 80  # characters of a name, or of what a library says
_LISTED = 5  # items of a list that a message shows


def refuse(name: str, message: str, **where: str | int) -> BadInput:
    """The error that refuses the file `name`; where: its `line` and `column`, as far as they are known."""
    place = "".join(f", {kind} {quote(value)}" for kind, value in where.items())
    return BadInput(f"{shorten(name)}{place}: {message}", file=name, **where)


def shorten(text: object) -> str:
    """A name, or what a library says of a file: on one line, without control characters, and cut where it is long."""
    shown = "".join(char if char.isprintable() else repr(char)[1:-1] for char in f"{text}")
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def quote(value: str | int) -> str:
    """A value from the file as a message shows it: quoted, on one line, and cut where it is long."""
    shown = repr(value)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"


def enumerate_some(items: list[str]) -> str:
    """The first items of a list, and how many more there are."""
    more = f" and {len(items) - _LISTED:,} more" if len(items) > _LISTED else ""
    return ", ".join(items[:_LISTED]) + more


def list_settings(message: str) -> list[str]:
    """The settings that a refusal names, ready to paste, such as `last_week=keep`; not those with a part to fill in."""
    found = [quoted or bare.rstrip(";") for quoted, bare in _SETTING.findall(message)]
    return [setting for setting in found if "…" not in setting]
