"""The layout: which column holds what. Wide is one row a product, long is one row a product and week or day."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from schemas.errors import BadInput
from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.reading import Reading
from schemas.sales import WEEK
from tasks.sales.layout.dates import Calendar, find_week_heads, is_date, read_calendar
from tasks.sales.messages import enumerate_some, quote, refuse
from tasks.sales.reading import names
from tasks.sales.reading.header import Header

_QUANTITY = re.compile(r"[+-]?[0-9][0-9., ]*")
_MINIMUM, _MAXIMUM = "min", "max"
_WEEK_COLUMN = re.compile(r"w([0-9]{1,5})")
_FEWEST_ACROSS = 3  # products that have columns of their own
_NORMALIZED = re.compile(r"normalized ([0-9]{1,5})")


@dataclass(frozen=True)
class Key:
    """Positions of the columns that tell products apart, and of those that are carried along with them."""

    product: tuple[int, ...]
    carried: tuple[int, ...]


@dataclass(frozen=True)
class Long:
    """Positions of the columns of a long file; week: one column, or that of the year and that of the week."""

    key: Key
    week: tuple[int, ...]
    units: int
    ignored: tuple[int, ...] = ()


@dataclass(frozen=True)
class Wide:
    """Positions of the columns of a wide file.

    weeks: index of a week -> its column, or those of its days, ascending; minimum, maximum: columns of the product's
    smallest and largest units, or None; normalized: index of a week -> column of
    (units - minimum) / (maximum - minimum); ignored: columns that mean nothing in this layout; whole:
    whether these are all weeks of the file.
    """

    key: Key
    weeks: dict[int, tuple[int, ...]]
    minimum: int | None = None
    maximum: int | None = None
    normalized: dict[int, int] = field(default_factory=dict)
    ignored: tuple[int, ...] = ()
    whole: bool = True


@dataclass(frozen=True)
class Across:
    """Positions of the columns of a table with one row a week: that of the week, and those of the products."""

    week: int
    products: tuple[int, ...]


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
        self.across = self._find_across()
        carried = self._find_configured("carry")
        self.key = Key((0,), ()) if self.across else Key(self._find_product(), carried)

    @property
    def wide(self) -> bool:
        """Whether weeks have columns of their own."""
        return bool(self._heads)

    def read_long(self) -> Long:
        """The columns of a long file; raises BadInput where one of them is missing or may be one of several."""
        if not self._find_units() or not self._find_week():
            raise self._refuse(
                f"expected week columns W0, W1, … or the columns {WEEK} and {UNITS}, found {self._list_fields()}; "
                "name the columns so, or name yours with --set week=… --set units=…"
            )
        week = self._find_week()
        if not (self._reading.week or self._is_year_and_week(week)):
            week = (self._only(list(week), "week"),)
        units = self._only(list(self._find_units()), "units")
        return Long(self.key, week, units, self._without({*week, units}))

    def _find_across(self) -> Across | None:
        """The columns of a table with one row a week and one column a product, None where it is another."""
        reading = self._reading
        if self._heads or reading.product or reading.units or self._named_as(names.PRODUCT_NAMES, names.UNITS_NAMES):
            return None
        week = self._find_week()
        others = tuple(place for place in range(len(self._header.fields)) if place not in week)
        numeric = [place for place in others if self._header.first and _is_number(self._header.first[place])]
        if len(week) != 1 or len(others) < _FEWEST_ACROSS or len(numeric) * 2 < len(others):
            return None
        return Across(week[0], others)

    def _named_as(self, *kinds: tuple[str, ...]) -> bool:
        return any(names.find(kind, self._header.fields) for kind in kinds)

    def read_calendar(self) -> Calendar:
        """What the column heads of a wide file mean; raises BadInput where they cannot be read."""
        texts = [self._header.fields[place] for place in self._heads]
        return read_calendar(texts, self._reading, self._name)

    def read_wide(self, calendar: Calendar, span: range) -> Wide:
        """The columns of a wide file for a span of weeks; other weeks are ignored.

        Raises BadInput where a column is named twice.
        """
        places = np.array(self._heads)
        known = np.unique(calendar.weeks[calendar.weeks >= 0])
        weeks = {}
        for week in known[np.isin(known, span)].tolist():
            of_week = np.flatnonzero(calendar.weeks == week)
            for day in np.unique(calendar.days[of_week]):
                self._only(places[of_week[calendar.days[of_week] == day]].tolist())
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
            normalized={week: self._only(self._normalized[week]) for week in weeks if week in self._normalized},
        )

    def describe_weeks(self) -> bool:
        """Whether there are MIN, MAX or Normalized columns, which can be computed from the weeks."""
        return bool(self._normalized) or _MINIMUM in self._named or _MAXIMUM in self._named

    def describe(self, layout: Long | Wide) -> str:
        """Which columns were taken for what, for a person."""
        if self.across:
            products = len(self.across.products)
            return f"one row a week: week = {self._list((self.across.week,))}, {products:,} columns of products"
        taken = [f"product = {self._list(self.key.product)}"]
        if isinstance(layout, Long):
            taken += [f"week = {self._list(layout.week)}", f"units = {self._list((layout.units,))}"]
        else:
            taken.append(f"{sum(map(len, layout.weeks.values())):,} columns of units")
        if self.key.carried:
            taken.append(f"carried: {self._list(self.key.carried)}")
        return f"{'long' if isinstance(layout, Long) else 'wide'}: {', '.join(taken)}"

    def names(self, places: tuple[int, ...]) -> list[str]:
        """Names of the columns at these positions."""
        return [self._header.fields[place] for place in places]

    def _described(self, weeks: list[int]) -> set[int]:
        """Positions of the columns of a wide file that are those of weeks, or describe them."""
        described = {*self._heads, *self._named.get(_MINIMUM, []), *self._named.get(_MAXIMUM, [])}
        return described | {place for week in weeks for place in self._normalized.get(week, [])}

    def _without(self, used: set[int]) -> tuple[int, ...]:
        used = used | {*self.key.product, *self.key.carried}
        return tuple(place for place in range(len(self._header.fields)) if place not in used)

    def _find_product(self) -> tuple[int, ...]:
        if self._reading.product:
            return self._find_configured("product")
        fields = self._unless_head()
        found = names.find(names.PRODUCT_NAMES, fields)
        places = [place for place in names.find(names.PLACE_NAMES, fields) if place not in found]
        if not found and len(places) == 1:
            return (places[0],)  # sales of whole stores
        found = found or self._only_column_left()
        if not found:
            raise self._refuse(
                f"expected a column Product_Code, found {self._list_fields()}; "
                "name the column so, or name yours with --set product=…"
            )
        product = self._only(found, "product")
        return (product, self._only(places, "product", also=product)) if places else (product,)

    def _only_column_left(self) -> list[int]:
        """The only column beside those of the weeks, or beside those of week and units; none where there are more."""
        used = set(self._heads) or {*self._find_week(), *self._find_units()}
        left = [place for place in range(len(self._header.fields)) if place not in used]
        return left if len(left) == 1 and (self._heads or len(used) == len(self._header.fields) - 1 > 1) else []

    def _unless_head(self) -> tuple[str, ...]:
        """The header's names, blank where a column is one of the weeks'."""
        return tuple("" if place in self._heads else name for place, name in enumerate(self._header.fields))

    def _find_week(self) -> tuple[int, ...]:
        if self._reading.week:
            return self._find_configured("week")
        fields = self._header.fields
        # Beside the promised names of the others, `week` is the promised one too, whatever stands beside it.
        promised = bool(names.find((PRODUCT_CODE,), fields) and names.find((UNITS,), fields))
        found = names.find(names.WEEK_NAMES, fields) if promised else names.find_all(names.WEEK_NAMES[:2], fields)
        found = found or names.find(names.WEEK_NAMES, fields)
        found = found or self._find_by_content(lambda text: is_date(text, self._reading), set(self._heads))
        years, numbers = names.find(names.YEAR_NAMES, fields), names.find(names.WEEK_NUMBER_NAMES, fields)
        if len(years) == len(numbers) == 1 and found == numbers:
            return (years[0], numbers[0])
        return tuple(found)

    def _is_year_and_week(self, week: tuple[int, ...]) -> bool:
        return len(week) == 2 and names.find(names.YEAR_NAMES, self._header.fields) == [week[0]]

    def _find_units(self) -> tuple[int, ...]:
        if self._reading.units:
            return self._find_configured("units")
        found = names.find(names.UNITS_NAMES, self._header.fields)
        if found:
            return tuple(found)
        fields = self._header.fields
        known = (names.PRODUCT_NAMES, names.PLACE_NAMES, names.WEEK_NAMES, names.YEAR_NAMES)
        used = {place for kind in known for place in names.find(kind, fields)} | set(self._find_week())
        return tuple(self._find_by_content(_is_number, used | set(self._find_configured("product"))))

    def _find_by_content(self, holds: Callable[[str], bool], used: set[int]) -> list[int]:
        """The only column, of those that are not used, of which the first value says what it holds; or none."""
        found = [place for place, text in enumerate(self._header.first) if place not in used and holds(text)]
        return found if len(found) == 1 else []

    def _find_configured(self, setting: str) -> tuple[int, ...]:
        """Positions of the columns that a setting names; raises BadInput where the file has no such column."""
        value = getattr(self._reading, setting)
        if not value:
            return ()
        wanted = [value] if names.normalise(value) in map(names.normalise, self._header.fields) else value.split(",")
        return tuple(self._find_named(name.strip(), setting) for name in wanted)

    def _find_named(self, name: str, setting: str) -> int:
        fields = self._header.fields
        exact = [place for place, column in enumerate(fields) if column == name]
        found = exact or [place for place, column in enumerate(fields) if column.lower() == name.lower()]
        found = found or [
            place for place, column in enumerate(fields) if names.normalise(column) == names.normalise(name)
        ]
        if not found:
            raise self._refuse(
                f"expected a column {quote(name)} (setting {setting}), found {self._list_fields()}; "
                f"correct --set {setting}=…"
            )
        return self._only(found)

    def _optional(self, key: str) -> int | None:
        return self._only(self._named[key]) if key in self._named else None

    def _only(self, places: list[int], setting: str = "", also: int | None = None) -> int:
        """The only position; raises BadInput where there are several, naming the setting that decides."""
        if len(places) == 1:
            return places[0]
        columns = self.names(tuple(places))
        if not setting or len({column.lower() for column in columns}) == 1:
            raise self._refuse(
                f"expected each column once, found {len(places)} of that name; keep one", column=columns[0]
            )
        listed = enumerate_some([quote(column) for column in columns])
        before = f"{self._header.fields[also]}," if also is not None else ""
        options = " or ".join(f'--set "{setting}={before}{column}"' for column in columns[:3])
        raise self._refuse(f"expected one column of the {setting}, found {listed}; {options} decides")

    def _list(self, places: tuple[int, ...]) -> str:
        return " + ".join(quote(name) for name in self.names(places))

    def _list_fields(self) -> str:
        return enumerate_some([quote(column) for column in self._header.fields])

    def _refuse(self, message: str, **where: str) -> BadInput:
        return refuse(self._name, message, line=self._header.line, **where)


def _is_number(text: str) -> bool:
    return bool(_QUANTITY.fullmatch(text.strip()))
