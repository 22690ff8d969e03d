"""Which of the ways to write weeks a file uses; refused by name where its texts may mean two things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from schemas.errors import BadInput, Remedy
from schemas.reading import Reading
from tasks.sales.dates.conventions import (
    COUNTED,
    DAY_FIRST,
    DAYS,
    EXCEL,
    FISCAL,
    MONTH_FIRST,
    NAMED,
    YEARS_AND_WEEKS,
    Convention,
    conventions,
    cut_time,
    read_seconds,
)
from tasks.sales.dates.formats import guess_formats, propose_formats
from tasks.sales.dates.year_weeks import find_cut_zero, may_be_months
from tasks.sales.messages import quote, refuse, remedy

_SAMPLE = 2_000  # texts that are enough to tell how dates are written
_USUAL_TIME = 0.1  # share of the stamps at one time of day that makes it one of the usual ones
_HOUR, _DAY = 3_600, 86_400  # seconds
_LAST_YEAR_OF_TWO = "32"  # five digits up to 32366 may be a year and a day; as Excel's they are before 1989
_PLAIN_DATES = "write weeks as 2024-10-07 or 2024-W07"


def choose_convention(texts: Sequence[str], reading: Reading, name: str) -> Convention:
    """The way in which texts are written; raises BadInput where they are written in none, or may mean two things."""
    sample = texts[:: -(-len(texts) // _SAMPLE)] if len(texts) else texts
    ways = [NAMED, DAYS, *conventions(reading)]
    counts = [sum(convention.reads(text) for text in sample) for convention in ways]
    # More than half is enough: in a file of ISO dates 2024-1-8 is a mistake, not another way to write dates.
    best = next((each for each, count in zip(ways, counts, strict=True) if 2 * count > len(sample)), None)
    if best is None and (not any(counts) or _guess(texts)):
        raise _refuse_unread(texts, reading, name)
    best = best or ways[int(np.argmax(counts))]
    if best in (DAY_FIRST, MONTH_FIRST):
        return _find_order(texts, name)
    if best.name == YEARS_AND_WEEKS or best is FISCAL or best in COUNTED:
        _refuse_two_meanings(best, [text for text in texts if best.reads(text)], name)
    return best


def _guess(texts: Sequence[str]) -> list[Remedy]:
    """The settings of the formats that read all texts, first of those without a time of day at the end."""
    return propose_formats(list(map(cut_time, texts[:_SAMPLE]))) or propose_formats(texts)


def _refuse_unread(texts: Sequence[str], reading: Reading, name: str) -> BadInput:
    declared = reading.date_format
    expected = f"dates written as {declared}" if declared else "weeks as Mondays (2024-10-07) or as indices (40)"
    found = f"expected {expected}, found {_list(texts)}"
    if remedies := _guess(texts):
        return refuse(name, found, remedies=remedies)
    return refuse(name, f"{found}; {'correct or leave out this format, or ' if declared else ''}{_PLAIN_DATES}")


def _refuse_two_meanings(best: Convention, texts: Sequence[str], name: str) -> None:
    """Raise BadInput where texts that a convention reads may mean something else."""
    if best.name == YEARS_AND_WEEKS and (cut := find_cut_zero(texts)):
        raise refuse(
            name,
            f"expected weeks with one meaning, found {quote(cut[0])} beside {quote(cut[1])}: a spreadsheet may have "
            "cut a zero at its end; write weeks as 2024-W07",
        )
    if (best.name == YEARS_AND_WEEKS or best is FISCAL) and may_be_months(texts):
        raise refuse(
            name, f"expected weeks, found {_list(texts)}, which may be months or weeks; write weeks as 2024-W07"
        )
    if best is EXCEL and all(text.strip()[:2] <= _LAST_YEAR_OF_TWO for text in texts) and guess_formats(texts):
        raise refuse(
            name,
            f"expected days with one meaning, found {_list(texts)}, which may be Excel's serial days, or years and "
            "days within them; write days as 2024-10-07",
            remedies=propose_formats(texts),
        )
    if best.per_second and (hours := _find_shifted_times(best, texts)):
        raise refuse(
            name,
            f"expected {best.name} of midnights in UTC, found those of {hours} UTC such as {quote(texts[0])}: days of "
            "another time zone; write dates such as 2024-10-07",
        )


def _find_shifted_times(stamps: Convention, texts: Sequence[str]) -> str:
    """The time of day at which all days begin, or the two of them of summer and winter; "" where it is midnight."""
    seconds = [read_seconds(text.strip(), stamps.per_second) for text in texts]
    times = Counter(second % _DAY for second in seconds if second is not None)
    usual = sorted(time for time, count in times.items() if count > _USUAL_TIME * times.total())
    one = len(usual) == 1 and usual != [0]
    two = len(usual) == 2 and usual[1] - usual[0] in (_HOUR, _DAY - _HOUR)
    return " and ".join(f"{time // _HOUR:02d}:{time % _HOUR // 60:02d}" for time in usual) if one or two else ""


def _find_order(texts: Sequence[str], name: str) -> Convention:
    """Whether days or months come first; raises BadInput where both may be."""
    days = [text for text in texts if DAY_FIRST.reads(text) != MONTH_FIRST.reads(text)]
    orders = {MONTH_FIRST.reads(text) for text in days}
    if len(orders) != 1:
        both = "both day-first and month-first dates" if orders else "dates that may be day-first or month-first"
        first = quote(next(text for text in texts if DAY_FIRST.reads(text) or MONTH_FIRST.reads(text)))
        sign = "/" if "/" in first else "." if "." in first else "-"
        raise refuse(
            name,
            f"expected dates with one meaning, found {both}, such as {first}",
            remedies=[remedy(f"date_format=%d{sign}%m{sign}%Y"), remedy(f"date_format=%m{sign}%d{sign}%Y")],
        )
    sign = next(sign for sign in "/.-" if sign in days[0])
    found, written = (MONTH_FIRST, f"%m{sign}%d{sign}%Y") if orders == {True} else (DAY_FIRST, f"%d{sign}%m{sign}%Y")
    return found._replace(date_format=written)


def _list(texts: Sequence[str]) -> str:
    return ", ".join(quote(text) for text in texts[:3]) + (", …" if len(texts) > 3 else "")
