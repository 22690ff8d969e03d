"""The layout: which column holds what. Wide is one row a product, long is one row a product and week."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from schemas.errors import BadInput
from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.sales import WEEK
from tasks.sales.messages import enumerate_some, quote, refuse
from tasks.sales.reading.header import Header

_MINIMUM, _MAXIMUM = "min", "max"
_WEEK_COLUMN = re.compile(r"w([0-9]{1,5})")
_NORMALIZED = re.compile(r"normalized ([0-9]{1,5})")


@dataclass(frozen=True)
class Long:
    """Positions of the columns of a long file."""

    product: int
    week: int
    units: int


@dataclass(frozen=True)
class Wide:
    """Positions of the columns of a wide file.

    weeks: index of a week -> its column, ascending; minimum, maximum: columns of the product's smallest and largest
    units, or None; normalized: index of a week -> column of (units - minimum) / (maximum - minimum).
    """

    product: int
    weeks: dict[int, int]
    minimum: int | None = None
    maximum: int | None = None
    normalized: dict[int, int] = field(default_factory=dict)


class Columns:
    """The columns of a file, found by their names in any order and any case; messages call the file `name`.

    Raises BadInput where there is no column of product codes, or more than one.
    """

    def __init__(self, header: Header, name: str) -> None:
        self._header = header
        self._name = name
        self._named: dict[str, list[int]] = {}
        self._weeks: dict[int, list[int]] = {}
        self._normalized: dict[int, list[int]] = {}
        for position, column in enumerate(header.fields):
            key = column.lower()
            if found := _WEEK_COLUMN.fullmatch(key):
                self._weeks.setdefault(int(found[1]), []).append(position)
            elif found := _NORMALIZED.fullmatch(key):
                self._normalized.setdefault(int(found[1]), []).append(position)
            else:
                self._named.setdefault(key, []).append(position)
        self._product = self._require(PRODUCT_CODE, "Product_Code")

    @property
    def weeks(self) -> list[int]:
        """Indices of the weeks that have a column of their own, ascending: none in a long file."""
        return sorted(self._weeks)

    def read_long(self) -> Long:
        """The columns of a long file; raises BadInput where one of them is missing or named twice."""
        if WEEK not in self._named or UNITS not in self._named:
            raise self._refuse(
                f"expected week columns W0, W1, … or the columns {WEEK} and {UNITS}, "
                f"found {self._list_fields()}; name the columns so"
            )
        return Long(self._product, self._require(WEEK, WEEK), self._require(UNITS, UNITS))

    def read_wide(self, last_week: int) -> Wide:
        """The columns of a wide file up to `last_week`; later weeks are ignored.

        Raises BadInput where a column is named twice.
        """
        weeks = [week for week in self.weeks if week <= last_week]
        wide = Wide(self._product, {week: self._only(self._weeks[week]) for week in weeks})
        if weeks != self.weeks:  # MIN, MAX and Normalized also describe the later weeks, which must not be used
            return wide
        return replace(
            wide,
            minimum=self._optional(_MINIMUM),
            maximum=self._optional(_MAXIMUM),
            normalized={week: self._only(self._normalized[week]) for week in weeks if week in self._normalized},
        )

    def describe_weeks(self) -> bool:
        """Whether there are MIN, MAX or Normalized columns, which can be computed from the weeks."""
        return bool(self._normalized) or _MINIMUM in self._named or _MAXIMUM in self._named

    def list_ignored(self) -> list[str]:
        """Names of the columns that mean nothing in this layout, in the file's order."""
        known = {PRODUCT_CODE} | ({_MINIMUM, _MAXIMUM} if self._weeks else {WEEK, UNITS})
        ignored = [place for key, places in self._named.items() if key not in known for place in places]
        ignored += [place for week, places in self._normalized.items() if week not in self._weeks for place in places]
        return [quote(self._header.fields[place]) for place in sorted(ignored)]

    def _require(self, key: str, name: str) -> int:
        if key not in self._named:
            raise self._refuse(f"expected a column {name}, found {self._list_fields()}; name the column so")
        return self._only(self._named[key])

    def _optional(self, key: str) -> int | None:
        return self._only(self._named[key]) if key in self._named else None

    def _only(self, places: list[int]) -> int:
        if len(places) > 1:
            column = self._header.fields[places[0]]
            raise self._refuse(f"expected each column once, found {len(places)} of that name; keep one", column=column)
        return places[0]

    def _list_fields(self) -> str:
        return enumerate_some([quote(column) for column in self._header.fields])

    def _refuse(self, message: str, **where: str) -> BadInput:
        return refuse(self._name, message, line=self._header.line, **where)
