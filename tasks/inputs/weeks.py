"""The weeks that an input names, counted as those of the sales are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import pyarrow as pa

from schemas.reading import Reading
from tasks.sales.checking.verdict import Verdict
from tasks.sales.dates.choice import choose_convention
from tasks.sales.dates.conventions import NAMED, Convention
from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.messages import quote, refuse

_INDICES = ("indices", NAMED.name)


@dataclass(frozen=True)
class SalesWeeks:
    """The weeks of the sales that an input stands beside.

    weeks: their indices
    first_date: the first day of week 0, None without a calendar
    key: the columns of the product, None where they were not told
    """

    weeks: range
    first_date: date | None
    key: str | None = None

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        """Those of the accepted sales."""
        return cls(verdict.sales.weeks, verdict.first_date, verdict.recognised.get("product"))

    def days(self, texts: pa.Array | Sequence[str], reading: Reading, name: str) -> tuple[Floats, Bools]:
        """The days that texts mean, counted from week 0 on, NaN where there is none, and which texts cannot be read.

        Without a calendar, or where the texts are indices of weeks, a week is its first day. Raises BadInput where
        texts may mean two things, or are dates and the sales have none.
        """
        distinct = (texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())).dictionary_encode()
        known = [text.strip() for text in distinct.dictionary.to_pylist()]
        filled = [text for text in known if text]
        if not filled:
            return np.full(len(texts), np.nan), np.zeros(len(texts), bool)
        convention = choose_convention(filled, reading, name)
        day = self._zero(convention, filled, name)
        values = np.array([np.nan if (value := convention.value(text)) is None else day(value) for text in known])
        blank = np.array([not text for text in known])
        place = distinct.indices.to_numpy()
        return values[place], (np.isnan(values) & ~blank)[place]

    def names_weeks(self, texts: Sequence[str], reading: Reading, name: str) -> bool:
        """Whether texts name weeks, and not days."""
        filled = [text for text in texts if text]
        convention = choose_convention(filled, reading, name) if filled else None
        return convention is not None and (convention.weekly or convention.name in _INDICES)

    def _zero(self, convention: Convention, texts: Sequence[str], name: str) -> Callable[[int], float]:
        """How a day is counted from week 0 on."""
        if convention.name in _INDICES:
            return lambda week: 7.0 * week
        if not convention.dated or self.first_date is None:
            raise refuse(
                name,
                f"expected weeks as in the sales, whose weeks are {self._describe()}, found {quote(texts[0])}; write "
                "them as the sales do, or give these a calendar with --set first_week=",
            )
        zero = self.first_date.toordinal()
        return lambda ordinal: float(ordinal - zero)

    def _describe(self) -> str:
        return f"W{self.weeks[0]} to W{self.weeks[-1]}" + (f" from {self.first_date} on" if self.first_date else "")
