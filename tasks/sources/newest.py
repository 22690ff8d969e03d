"""The newest of several files, by what their names say: a date, or numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

_DIRECTIVES = {"%Y": r"\d{4}", "%m": r"\d\d?", "%d": r"\d\d?", "%G": r"\d{4}", "%V": r"\d\d?", "%H": r"\d\d?"}
_DIRECTIVE = re.compile("|".join(_DIRECTIVES))
_NUMBER = re.compile(r"\d+")


def is_dated(source: str) -> bool:
    """Whether a source is a pattern with a date, such as `sales-%Y-%m-%d.csv`; `%20` of a URL is none."""
    return "%Y" in source or "%G" in source


def to_glob(pattern: str) -> str:
    """The pattern of all files that a pattern with a date may mean."""
    return _DIRECTIVE.sub("*", pattern)


def choose_newest(files: Sequence[str], pattern: str) -> list[str]:
    """The file with the latest date where the pattern has one, else the last one by name, where 10 comes after 9.

    No file where none fits the pattern.
    """
    if not is_dated(pattern):
        return [max(files, key=_natural)] if files else []
    dated = [(date, file) for file in files if (date := _read_date(file, pattern))]
    return [max(dated)[1]] if dated else []


def _natural(name: str) -> list[tuple[str, int]]:
    texts, numbers = _NUMBER.split(name), [int(number) for number in _NUMBER.findall(name)]
    return list(zip(texts, [*numbers, -1], strict=True))


def _read_date(file: str, pattern: str) -> datetime | None:
    """The date in a file's name, None where it does not fit the pattern."""
    directives = _DIRECTIVE.findall(pattern)
    between = [re.escape(text).replace(r"\*", "[^/]*").replace(r"\?", "[^/]") for text in _DIRECTIVE.split(pattern)]
    groups = "".join(f"{text}({_DIRECTIVES[name]})" for text, name in zip(between, directives, strict=False))
    found = re.search(groups + between[-1] + r"\Z", file)
    if not found:
        return None
    week_of_year = "%V" in directives
    try:
        return datetime.strptime(
            " ".join((*found.groups(), *(["1"] if week_of_year else []))),
            " ".join((*directives, *(["%u"] if week_of_year else []))),
        )
    except ValueError:  # such as a 31st of February
        return None
