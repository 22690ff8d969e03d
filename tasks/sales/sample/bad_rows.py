"""Bad rows for a made-up sales file: every kind that the check knows, in turn."""

from __future__ import annotations

from collections.abc import Callable

_EVERY = 50  # one row in so many is bad
_Row = list[str]
_Spoiler = Callable[[_Row, _Row], list[_Row]]  # a good row and the header -> what stands in its place


def spoil(header: bytes, rows: bytes) -> bytes:
    """Make some rows of a CSV bad; its columns are code, weeks, MIN, MAX and Normalized, its lines end in LF."""
    names = header.decode().rstrip("\n").split(",")
    lines = rows.decode().split("\n")
    for turn, place in enumerate(range(_EVERY - 1, len(lines) - 1, _EVERY)):
        spoiled = _SPOILERS[turn % len(_SPOILERS)](lines[place].split(","), names)
        lines[place] = "\n".join(",".join(row) for row in spoiled)
    return "\n".join(lines).encode()


def _write(column: str, text: str) -> _Spoiler:
    return lambda row, names: [_replaced(row, names.index(column), text)]


def _raise_by_one(column: str) -> _Spoiler:
    return lambda row, names: [_replaced(row, place := names.index(column), f"{float(row[place] or 0) + 1:g}")]


def _replaced(row: _Row, place: int, text: str) -> _Row:
    return [*row[:place], text, *row[place + 1 :]]


def _last_week(names: _Row) -> int:
    return names.index("MIN") - 1


_SPOILERS: tuple[_Spoiler, ...] = (
    _write("W0", "n/a"),
    _write("W0", "-4"),
    lambda row, names: [_replaced(row, _last_week(names) - 1, "")],  # a gap
    _write("Product_Code", ""),
    _raise_by_one("MIN"),
    lambda row, _: [row[:-1]],  # too few fields
    _write("W0", "inf"),
    lambda row, names: [row, _replaced(row, _last_week(names), row[_last_week(names)] + "5")],  # copies that differ
    _write("W0", "5e12"),
    _raise_by_one("MAX"),
    lambda row, _: [[*row, "7"]],  # too many fields
    _raise_by_one("Normalized 0"),
    _write("W0", "0x1F"),
    lambda row, names: [row, names],  # the header once more
)
