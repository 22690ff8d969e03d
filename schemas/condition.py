"""The condition that decides which rows of a sales file are read, such as `status != cancelled and qty > 0`."""

from __future__ import annotations

import re
from typing import NamedTuple

ALL = "all"  # the condition that every row meets
_WORD = r"""("[^"]*"|'[^']*'|[^\s"'!=<>]+)"""
_COMPARISON = re.compile(rf"\s*{_WORD}\s*(!=|=|<|>)\s*{_WORD}\s*")
_AND = re.compile(r"and\s", re.IGNORECASE)


class Comparison(NamedTuple):
    """A column, how it is compared (=, !=, < or >), and the value that it is compared with."""

    column: str
    sign: str
    value: str


def parse_condition(text: str) -> tuple[Comparison, ...]:
    """The comparisons all of which a row has to meet, none for `all`; raises ValueError where it is written otherwise.

    A comparison is a word, a sign and a word; several are joined by `and`; a word that holds a blank or a sign stands
    between quotes.
    """
    if text.strip().lower() == ALL:
        return ()
    found, place = list[Comparison](), 0
    while match := _COMPARISON.match(text, place):
        column, sign, value = match.groups()
        found.append(Comparison(_unquote(column), sign, _unquote(value)))
        place = match.end()
        joined = _AND.match(text, place)
        if not joined:
            break
        place = joined.end()
    if place < len(text) or not found:
        raise ValueError(
            "expected a column, one of = != < > and a value, several joined by and, with quotes around what holds a "
            "blank, such as status!=cancelled"
        )
    return tuple(found)


def _unquote(word: str) -> str:
    return word[1:-1] if word[0] in "\"'" else word
