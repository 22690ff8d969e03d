"""The layout: which column holds what. Wide is one row a product, long is one row a product and week or day."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import numpy as np

from schemas.forecasts import UNITS
from schemas.reading import Reading
from schemas.sales import WEEK
from tasks.sales.dates.calendar import Calendar, find_week_heads, read_calendar
from tasks.sales.layout.across_columns import find_across
from tasks.sales.layout.roles import Roles
from tasks.sales.layout.unnamed_units import UnnamedUnits
from tasks.sales.messages import quote, remedy
from tasks.sales.reading.header import Header

_PROPOSED = 3  # columns of units
_MINIMUM, _MAXIMUM = "min", "max"
_WEEK_COLUMN = re.compile(r"w([0-9]{1,5})")
_NORMALIZED = re.compile(r"normalized ([0-9]{1,5})")


@dataclass(frozen=True)
class Key:
    """Positions of the columns that tell products apart, and of those that are carried along with them."""

    product: tuple[int, ...]
    carried: tuple[int, ...]


@dataclass(frozen=True)
class Long:
    """Positions of the columns of a long file.

    week: one column, or that of the year and that of the week; units: None where each row is one unit.
    """

    key: Key
    week: tuple[int, ...]
    units: int | None
    ignored: tuple[int, ...] = ()


@dataclass(frozen=True)
class Wide:
    """Positions of the columns of a wide file.

    weeks: index of a week -> its column, or those of its days, ascending
    minimum, maximum: columns of the product's smallest and largest units, or None
    normalized: index of a week -> column of (units - minimum) / (maximum - minimum)
    ignored: columns that mean nothing in this layout
    whole: whether these are all weeks of the file
    """

    key: Key
    weeks: dict[int, tuple[int, ...]]
    minimum: int | None = None
    maximum: int | None = None
    normalized: dict[int, int] = field(default_factory=dict)
    ignored: tuple[int, ...] = ()
    whole: bool = True


class Columns:
    """The columns of a file, found by the settings or by their names; messages call the file `name`.

    Raises BadInput where no column, or more than one, can be that of the products.
    """

    def __init__(self, header: Header, name: str, reading: Reading) -> None:
        self._header = header
        self._name = name
        self._reading = reading
        self._named: dict[str, list[int]] = {}
        self._normalized: dict[int, list[int]] = {}
        self._heads: list[int] = []
        for position, column in enumerate(header.fields):
            lower = column.lower()
            if _WEEK_COLUMN.fullmatch(lower):
                self._heads.append(position)
            elif found := _NORMALIZED.fullmatch(lower):
                self._normalized.setdefault(int(found[1]), []).append(position)
            else:
                self._named.setdefault(lower, []).append(position)
        if not self._heads and not (reading.week or reading.units):
            self._heads = find_week_heads(header.fields, reading)
        self.roles = Roles(header, name, reading, self._heads)
        self.across = None if self._heads else find_across(header, self.roles, reading)
        carried = self.roles.find_configured("carry")
        self.key = Key((0,), ()) if self.across else Key(self.roles.find_product(), carried)

    @property
    def wide(self) -> bool:
        """Whether weeks have columns of their own."""
        return bool(self._heads)

    def read_long(self) -> Long:
        """The columns of a long file; raises BadInput where one of them is missing or may be one of several."""
        week = self.roles.find_week()
        if not week:
            raise self.roles.refuse(
                f"expected week columns W0, W1, … or the columns {WEEK} and {UNITS}, found {self.roles.list_fields()}; "
                "name the columns so, or name yours with --set week=… --set units=…"
            )
        if not (self._reading.week or self.roles.is_year_and_week(week)):
            week = (self.roles.only(list(week), "week"),)
        units = self._find_units(week)
        return Long(self.key, week, units, self._without({*week} if units is None else {*week, units}))

    def _find_units(self, week: tuple[int, ...]) -> int | None:
        """The column of the units, None where each row is one; raises BadInput where none can be, or several can."""
        if self._reading.rows == "items":
            return None
        if self._reading.units or self.roles.find_quantities():
            return self.roles.only(list(self.roles.find_units()), "units")
        return self._find_unnamed_units(UnnamedUnits(self._header, self.key.product, week))

    def _find_unnamed_units(self, rows: UnnamedUnits) -> int:
        """The only column that may hold units as its rows say; raises BadInput where each row may be one unit too."""
        found = [place for place in self.roles.find_units() if rows.may_be(place)]
        if found and (rows.are_totals or len(found) == 1 and rows.are_counted(found[0])):
            return self.roles.only(found, "units")
        others = [place for place in self.roles.list_numbers() if rows.may_be(place)] if rows.are_totals else []
        remedies = [remedy(f"units={name}") for name in self.roles.names(tuple(found or others))[:_PROPOSED]]
        if not rows.are_totals:
            remedies.insert(0, remedy("rows=items", words="where every row is one unit sold, {}"))
        raise self.roles.refuse(
            f"expected the columns {WEEK} and {UNITS}, found no column of quantities in {self.roles.list_fields()}; "
            "name it with --set units=…",
            remedies=remedies,
        )

    def read_calendar(self) -> Calendar:
        """What the column heads of a wide file mean; raises BadInput where they cannot be read."""
        texts = [self._header.fields[place] for place in self._heads]
        return read_calendar(texts, self._reading, self._name)

    def list_unread(self, calendar: Calendar) -> list[str]:
        """Names of the columns of weeks that cannot be read, or lie before first_week."""
        return [self._header.fields[self._heads[place]] for place in np.flatnonzero(~calendar.readable).tolist()]

    def read_wide(self, calendar: Calendar, span: range) -> Wide:
        """The columns of a wide file for a span of weeks; other weeks are ignored.

        Raises BadInput where a column is named twice.
        """
        places = np.array(self._heads)
        known = np.array(calendar.list_weeks(), np.int64)
        weeks = {}
        for week in known[np.isin(known, span)].tolist():
            of_week = np.flatnonzero(calendar.readable & (calendar.weeks == week))
            for day in np.unique(calendar.days[of_week]):
                self.roles.only(places[of_week[calendar.days[of_week] == day]].tolist())
            weeks[week] = tuple(places[of_week[np.argsort(calendar.days[of_week])]].tolist())
        wide = Wide(
            self.key, weeks, ignored=self._without(self._described(known.tolist())), whole=len(span) == len(known)
        )
        if not wide.whole:  # MIN, MAX and Normalized also describe the later weeks, which must not be used
            return wide
        return replace(
            wide,
            minimum=self._optional(_MINIMUM),
            maximum=self._optional(_MAXIMUM),
            normalized={week: self.roles.only(self._normalized[week]) for week in weeks if week in self._normalized},
        )

    def list_described(self) -> list[str]:
        """Those of MIN, MAX and Normalized that the file has, which can be computed from the weeks."""
        there = {"MIN": _MINIMUM in self._named, "MAX": _MAXIMUM in self._named, "Normalized": bool(self._normalized)}
        return [name for name, is_there in there.items() if is_there]

    def describe(self, layout: Long | Wide) -> str:
        """Which columns were taken for what, for a person."""
        if self.across:
            products = len(self.across.products)
            return f"one row a week: week = {self._list(self.across.week)}, {products:,} columns of products"
        taken = [f"product = {self._list(self.key.product)}"]
        if isinstance(layout, Long):
            units = "one a row" if layout.units is None else self._list((layout.units,))
            taken += [f"week = {self._list(layout.week)}", f"units = {units}"]
        else:
            taken.append(f"{sum(map(len, layout.weeks.values())):,} columns of units")
        if self.key.carried:
            taken.append(f"carried: {self._list(self.key.carried)}")
        return f"{'long' if isinstance(layout, Long) else 'wide'}: {', '.join(taken)}"

    def _described(self, weeks: list[int]) -> set[int]:
        """Positions of the columns of a wide file that are those of weeks, or describe them."""
        described = {*self._heads, *self._named.get(_MINIMUM, []), *self._named.get(_MAXIMUM, [])}
        return described | {place for week in weeks for place in self._normalized.get(week, [])}

    def _without(self, used: set[int]) -> tuple[int, ...]:
        used = used | {*self.key.product, *self.key.carried}
        return tuple(place for place in range(len(self._header.fields)) if place not in used)

    def _optional(self, key: str) -> int | None:
        return self.roles.only(self._named[key]) if key in self._named else None

    def _list(self, places: tuple[int, ...]) -> str:
        return " + ".join(quote(name) for name in self.roles.names(places))
