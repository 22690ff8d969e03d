"""The text of a refusal: where the fault is, what was expected, what was found and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.errors import BadInput, Remedy

_SHOWN = 60  # characters of a value from the file that a message shows
_LONGEST = 80  # characters of a name, or of what a library says
_LISTED = 5  # items of a list that a message shows


def refuse(name: str, problem: str, *, remedies: Sequence[Remedy] = (), **where: str | int) -> BadInput:
    """The error that refuses the file `name`; where: its `line` and `column`, as far as they are known.

    problem: what was expected and what was found; remedies: settings any of which admits the file.
    """
    place = "".join(f", {kind} {quote(value)}" for kind, value in where.items())
    short = [each for each in remedies if max(map(len, each.settings)) <= _LONGEST]
    return BadInput(f"{shorten(name)}{place}: {problem}", short, file=name, **where)


def remedy(*settings: str, words: str = "{}") -> Remedy:
    """A remedy; words: around the settings, which take the place of {}."""
    return Remedy(settings, words)


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
