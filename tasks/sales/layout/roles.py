"""The roles of columns (product, week, units), found by the settings, by well-known names, or by what they hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from schemas.errors import BadInput
from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.reading import Reading
from tasks.sales.layout.dates import is_date
from tasks.sales.messages import enumerate_some, quote, refuse
from tasks.sales.reading import names
from tasks.sales.reading.header import Header

_QUANTITY = re.compile(r"[+-]?[0-9][0-9., ]*")
_FEWEST_ACROSS = 3  # products that have columns of their own


@dataclass(frozen=True)
class Across:
    """Positions of the columns of a table with one row a week: that of the week, and those of the products."""

    week: int
    products: tuple[int, ...]


class Roles:
    """Finds columns in a header of a file that messages call `name`; heads: positions of the columns of weeks.

    All methods raise BadInput where a setting names a column that the file does not have, or names one that is there
    twice.
    """

    def __init__(self, header: Header, name: str, reading: Reading, heads: list[int]) -> None:
        self._header, self._name, self._reading, self._heads = header, name, reading, heads

    def find_across(self) -> Across | None:
        """The columns of a table with one row a week and one column a product, None where it is another."""
        reading = self._reading
        if self._heads or reading.product or reading.units or self._named_as(names.PRODUCT_NAMES, names.UNITS_NAMES):
            return None
        week = self.find_week()
        others = tuple(place for place in range(len(self._header.fields)) if place not in week)
        numeric = [place for place in others if self._header.first and _is_number(self._header.first[place])]
        if len(week) != 1 or len(others) < _FEWEST_ACROSS or len(numeric) * 2 < len(others):
            return None
        return Across(week[0], others)

    def _named_as(self, *kinds: tuple[str, ...]) -> bool:
        return any(names.find(kind, self._header.fields) for kind in kinds)

    def find_product(self) -> tuple[int, ...]:
        """Positions of the columns that tell products apart: that of the product, then that of the store."""
        if self._reading.product:
            return self.find_configured("product")
        fields = self._unless_head()
        found = names.find(names.PRODUCT_NAMES, fields)
        places = [place for place in names.find(names.PLACE_NAMES, fields) if place not in found]
        if not found and len(places) == 1:
            return (places[0],)  # sales of whole stores
        found = found or self._only_column_left()
        if not found:
            raise self.refuse(
                f"expected a column Product_Code, found {self.list_fields()}; "
                "name the column so, or name yours with --set product=…"
            )
        product = self.only(found, "product")
        return (product, self.only(places, "product", also=product)) if places else (product,)

    def _only_column_left(self) -> list[int]:
        """The only column beside those of the weeks, or beside those of week and units; none where there are more."""
        used = set(self._heads) or {*self.find_week(), *self.find_units()}
        left = [place for place in range(len(self._header.fields)) if place not in used]
        return left if len(left) == 1 and (self._heads or len(used) == len(self._header.fields) - 1 > 1) else []

    def _unless_head(self) -> tuple[str, ...]:
        """The header's names, blank where a column is one of the weeks'."""
        return tuple("" if place in self._heads else name for place, name in enumerate(self._header.fields))

    def find_week(self) -> tuple[int, ...]:
        """Positions of the columns that may be that of the week; two where these are year and week."""
        if self._reading.week:
            return self.find_configured("week")
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

    def is_year_and_week(self, week: tuple[int, ...]) -> bool:
        """Whether two columns are that of the year and that of the week within it."""
        return len(week) == 2 and names.find(names.YEAR_NAMES, self._header.fields) == [week[0]]

    def find_units(self) -> tuple[int, ...]:
        """Positions of the columns that may be that of the units."""
        if self._reading.units:
            return self.find_configured("units")
        found = names.find(names.UNITS_NAMES, self._header.fields)
        if found:
            return tuple(found)
        fields = self._header.fields
        known = (names.PRODUCT_NAMES, names.PLACE_NAMES, names.WEEK_NAMES, names.YEAR_NAMES)
        used = {place for kind in known for place in names.find(kind, fields)} | set(self.find_week())
        return tuple(self._find_by_content(_is_number, used | set(self.find_configured("product"))))

    def _find_by_content(self, holds: Callable[[str], bool], used: set[int]) -> list[int]:
        """The only column, of those that are not used, of which the first value says what it holds; or none."""
        found = [place for place, text in enumerate(self._header.first) if place not in used and holds(text)]
        return found if len(found) == 1 else []

    def find_configured(self, setting: str) -> tuple[int, ...]:
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
            raise self.refuse(
                f"expected a column {quote(name)} (setting {setting}), found {self.list_fields()}; "
                f"correct --set {setting}=…"
            )
        return self.only(found)

    def only(self, places: list[int], setting: str = "", also: int | None = None) -> int:
        """The only position; raises BadInput where there are several, naming the setting that decides."""
        if len(places) == 1:
            return places[0]
        columns = self.names(tuple(places))
        if not setting or len({column.lower() for column in columns}) == 1:
            raise self.refuse(
                f"expected each column once, found {len(places)} of that name; keep one", column=columns[0]
            )
        listed = enumerate_some([quote(column) for column in columns])
        before = f"{self._header.fields[also]}," if also is not None else ""
        options = " or ".join(f'--set "{setting}={before}{column}"' for column in columns[:3])
        raise self.refuse(f"expected one column of the {setting}, found {listed}; {options} decides")

    def names(self, places: tuple[int, ...]) -> list[str]:
        """Names of the columns at these positions."""
        return [self._header.fields[place] for place in places]

    def list_fields(self) -> str:
        """The names of the first columns, for a message."""
        return enumerate_some([quote(column) for column in self._header.fields])

    def refuse(self, message: str, **where: str) -> BadInput:
        """The error that refuses the file for its header."""
        return refuse(self._name, message, line=self._header.line, **where)


def _is_number(text: str) -> bool:
    return bool(_QUANTITY.fullmatch(text.strip()))
