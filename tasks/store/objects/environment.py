"""Numbers that the environment of a machine sets."""

from __future__ import annotations

import os

from schemas.errors import UsageError


def read_number(variable: str, usual: float, least: float, unit: str) -> float:
    """The number that a variable holds, the usual one where it is not set.

    least: the smallest that is allowed; unit: what messages call it. Raises UsageError where it is no such number.
    """
    given = os.environ.get(variable, "").strip()
    try:
        number = float(given) if given else usual
    except ValueError:
        number = float("nan")
    if not least <= number < float("inf"):
        raise UsageError(f"{variable}: expected {unit} from {least:.0f}, such as {usual:.0f}, got {given!r}")
    return number
