"""What a column holds, as its first rows show: numbers, texts, or numbers that only name something."""

from __future__ import annotations

import re
from collections.abc import Sequence

_QUANTITY = re.compile(r"[+-]?[0-9][0-9., ]*")
_WHOLE = re.compile(r"[+-]?[0-9]+([.,]0+)?")
_WITH_UNIT = re.compile(r"[+-]?[0-9][0-9., ']*?\s*([^\W\d_][^\W\d_.²³]*[.²³]?)")
_PLAIN = re.compile(r"[+-]?[0-9]+([.,][0-9]*)?")
_MULTIPLES = frozenset("k m mio mill mn bn mrd tsd t thousand million dozen dutzend dz e".split())
_MOST = 0.9  # of the rows that have to show something
_FEWEST = 20  # values that tell an ascending or ever different number from a quantity by chance
_LARGE = 1_000  # from which on numbers of the same length are numbers that name something
_CLOSE = 1e-4  # of a sum, which may be rounded
_YEARS = range(1900, 2101)


def is_number(text: str) -> bool:
    """Whether a text may be a number, however its decimals are written."""
    return bool(_QUANTITY.fullmatch(text.strip()))


def is_numeric(texts: Sequence[str]) -> bool:
    """Whether nearly all of some texts may be numbers, and at least one is."""
    return bool(texts) and sum(map(is_number, texts)) >= _MOST * len(texts)


def may_be_units(texts: Sequence[str]) -> bool:
    """Whether the cells of a column whose name says nothing may be units sold.

    Whole numbers that nearly all differ, that rise with the rows, or that all have the same length name something: a
    receipt, a customer. Numbers with fractions may be prices, and numbers around 2000 years.
    """
    if not is_numeric(texts) or not all(_WHOLE.fullmatch(text) for text in texts if is_number(text)):
        return False
    numbers = [int(re.split("[.,]", text)[0]) for text in texts if is_number(text)]
    different = set(numbers)
    if all(number in _YEARS for number in different):
        return False
    if len(different) < _FEWEST:
        return True
    length = {len(str(abs(number))) for number in different}
    same_length = len(length) == 1 and min(map(abs, different)) >= _LARGE
    return not (_rise(numbers, _MOST) or same_length or len(different) >= _MOST * len(numbers))


def rises(texts: Sequence[str]) -> bool:
    """Whether whole numbers never fall, and are many: those of rows or receipts, or what was reached until then."""
    numbers = read_numbers(texts)
    return len(set(numbers)) >= _FEWEST and not any(number % 1 for number in numbers) and _rise(numbers, 1)


def is_constant(texts: Sequence[str]) -> bool:
    """Whether many rows hold the same number, and not nothing: that of a store, or a price."""
    numbers = read_numbers(texts)
    return len(numbers) >= _FEWEST and len(set(numbers)) == 1 and numbers[0] != 0


def is_flag(texts: Sequence[str]) -> bool:
    """Whether many rows hold 0 or 1, and nothing else."""
    numbers = read_numbers(texts)
    return len(numbers) >= _FEWEST and set(numbers) <= {0, 1}


def is_level(texts: Sequence[str]) -> bool:
    """Whether many rows hold a level: fractions of which none is twice another, as of a price, or many below zero."""
    numbers = read_numbers(texts)
    if len(numbers) < _FEWEST:
        return False
    fractions = any(number % 1 for number in numbers) and 0 < max(numbers) <= 2 * min(numbers)
    return fractions or sum(number < 0 for number in numbers) > (1 - _MOST) * len(numbers)


def is_sum(texts: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Whether a column holds the sum of others in each row."""
    numbers, columns = read_numbers(texts), [read_numbers(other) for other in others]
    if not numbers or any(len(column) != len(numbers) for column in columns):
        return False
    return all(abs(sum(row[1:]) - row[0]) <= _CLOSE * abs(row[0]) for row in zip(numbers, *columns, strict=True))


def _rise(numbers: Sequence[float], share: float) -> bool:
    """Whether so many of some numbers are no smaller than the one before."""
    steps = [after >= before for before, after in zip(numbers, numbers[1:], strict=False)]
    return sum(steps) >= share * len(steps)


def read_numbers(texts: Sequence[str]) -> list[float]:
    """Plain numbers, with a point or a comma for the decimals; none where one of the texts is no such number."""
    if not all(_PLAIN.fullmatch(text) for text in texts):
        return []
    return [float(text.replace(",", ".")) for text in texts]


def find_unit(texts: Sequence[str]) -> str:
    """The unit that stands behind every number of a column, as in 27 pcs; empty where there is none, or several.

    A word that multiplies, such as k or dozen, is none: without it the numbers would be others.
    """
    found = [_WITH_UNIT.fullmatch(text) for text in texts]
    units = {each[1].lower() for each in found if each}
    unit = next(iter(units), "")
    return unit if len(units) == 1 and all(found) and unit.rstrip(".") not in _MULTIPLES else ""
