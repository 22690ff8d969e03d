"""The roles of columns (product, week, units), found by the settings, by well-known names, or by what they hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from schemas.errors import BadInput, Remedy
from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.reading import Reading
from tasks.sales.dates.calendar import is_date
from tasks.sales.layout.contents import is_numeric, may_be_units
from tasks.sales.messages import enumerate_some, quote, refuse, remedy
from tasks.sales.reading import names, vocabulary
from tasks.sales.reading.header import Header

_MANY = 50  # rows, of which those of a product are some
_TWO = 2
_FEW_DATES = 50  # cells that are enough to tell a column of dates


class Roles:
    """Finds columns in a header of a file that messages call `name`; heads: positions of the columns of weeks.

    All methods raise BadInput where a setting names a column that the file does not have, or names one that is there
    twice.
    """

    def __init__(self, header: Header, name: str, reading: Reading, heads: list[int]) -> None:
        self._header, self._name, self._reading, self._heads = header, name, reading, heads

    def find_dates(self) -> tuple[int, ...]:
        """The only column of which all cells of the sample are dates, first of those with a name for one; or none."""
        if self._reading.week:
            return ()
        for places in (self.find_week(), range(len(self._header.fields))):
            dated = self._without_ends([place for place in places if self._holds_dates(place)])
            if len(dated) == 1:
                return (dated[0],)
        return ()

    def _holds_dates(self, place: int) -> bool:
        texts = self._header.column(place)[:_FEW_DATES]
        return bool(texts) and all(is_date(text, self._reading) for text in texts)

    def repeat(self, week: tuple[int, ...]) -> bool:
        """Whether rows share a week, and something else may tell them apart: the table is long then.

        It is long too where texts of several kinds stand beside a column that is called units.
        """
        texts = list(zip(*(self._header.column(place) for place in week), strict=False))
        keys = [place for place in range(len(self._header.fields)) if self._may_be_key(place, {*week})]
        units = self._find_surely()
        used = {*week, *units}
        if len(set(texts)) == len(texts):
            kinds = [len(set(self._header.column(place))) for place in keys if place not in used]
            return bool(units) and any(1 < number < len(texts) for number in kinds)
        others = [
            place
            for place, name in enumerate(self._header.fields)
            if place not in used and not (names.is_order(name) or self.describes_week(place))
        ]
        return bool(keys or (units and others))

    def _may_be_key(self, place: int, used: set[int]) -> bool:
        """Whether a column may tell products apart: it holds texts, or is called a place, and describes no weeks."""
        if place in used or self.describes_week(place):
            return False
        texts = self._header.column(place)
        is_place = bool(names.find(names.PLACE_NAMES, (self._header.fields[place],)))
        return is_place or bool(texts) and not is_numeric(texts)

    def describes_week(self, place: int) -> bool:
        """Whether a column beside products is none: by its name, or as an index of the rows."""
        name, texts = self._header.fields[place], self._header.column(place)
        unnamed = not name or name.lower().startswith("unnamed")
        return (
            names.describes_week(name)
            or unnamed
            and texts in ([f"{row}" for row in range(start, start + len(texts))] for start in (0, 1))
        )

    def may_be_units(self, place: int) -> bool:
        name = self._header.fields[place]
        return not names.is_no_quantity(name) and may_be_units(self._header.column(place))

    def find_product(self) -> tuple[int, ...]:
        """Positions of the columns that tell products apart: that of the product, then that of the store."""
        if self._reading.product:
            return self.find_configured("product")
        fields = self._unless_head()
        found = names.find(names.PRODUCT_NAMES[:2], fields) or self._find_by_word() or self._find_vaguely(fields)
        places = [place for place in names.find(names.PLACE_NAMES, fields) if place not in found]
        if not found and len(places) == 1:
            if beside := self._list_keys(set(places)):
                self.only([*beside, *places], "product", together=True)  # neither is ignored in silence
            return (places[0],)  # sales of whole stores
        found = found or self._only_column_left()
        if not found:
            raise self.refuse(
                f"expected a column Product_Code, found {self.list_fields()}; "
                "name the column so, or name yours with --set product=…"
            )
        product = self.only(found, "product")
        return (product, self.only(places, "product", also=product)) if places else (product,)

    def _find_by_word(self) -> list[int]:
        """Columns with a word for products in their names, such as Product line, that hold texts."""
        return [] if self._heads else self._list_keys(set(), vocabulary.PRODUCT)

    def _find_vaguely(self, fields: tuple[str, ...]) -> list[int]:
        found = names.find(names.PRODUCT_NAMES[2:], fields)
        return found if self._heads else [place for place in found if not self._names_rows(place)]

    def _names_rows(self, place: int) -> bool:
        """Whether no value comes twice in many rows."""
        texts = self._header.column(place)
        return len(texts) >= _MANY and len(set(texts)) == len(texts)

    def _list_keys(self, used: set[int], words: frozenset[str] = frozenset()) -> list[int]:
        """Columns of texts, each of which comes several times, with one of the words in their names if any is given."""
        used = used | {*self._heads, *self.find_week(), *self.find_units(), *self.find_configured("carry")}
        found = []
        for place, name in enumerate(self._header.fields):
            texts = self._header.column(place)
            named = not words or bool(words.intersection(names.split_words(name)))
            if named and self._may_be_key(place, used) and len(set(texts)) * 2 <= len(texts):
                found.append(place)
        return found

    def _only_column_left(self) -> list[int]:
        """The only column beside those of the weeks, or beside those of week and units; none where there are more.

        Raises BadInput where several columns of texts may be that of the products.
        """
        fields = self._header.fields
        if self._heads:
            left = [place for place in range(len(fields)) if place not in self._heads]
            return left if len(left) == 1 else []
        if keys := self._list_keys(set()):
            return [self.only(keys, "product")]
        used = {*self.find_week(), *self.find_units()}
        left = [place for place in range(len(fields)) if place not in used]
        return left if len(left) == 1 and len(used) == len(fields) - 1 > 1 else []

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
        return tuple(self._without_ends(found) if all(map(self._holds_dates, found)) else found)

    def _without_ends(self, places: list[int]) -> list[int]:
        """Columns of dates without those of the ends of weeks, where there are others."""
        starts = [place for place in places if not names.names_end(self._header.fields[place])]
        return starts or places

    def is_year_and_week(self, week: tuple[int, ...]) -> bool:
        """Whether two columns are that of the year and that of the week within it."""
        return len(week) == 2 and names.find(names.YEAR_NAMES, self._header.fields) == [week[0]]

    def find_units(self) -> tuple[int, ...]:
        """Positions of the columns that may be that of the units: by their names, or else those that can be."""
        if self._reading.units:
            return self.find_configured("units")
        if found := self.find_quantities():
            return tuple(found)
        return tuple(place for place in self.list_numbers() if may_be_units(self._header.column(place)))

    def list_numbers(self) -> list[int]:
        """Positions of the columns of numbers whose names do not say what they hold."""
        fields = self._header.fields
        known = (names.PRODUCT_NAMES, names.PLACE_NAMES, names.WEEK_NAMES, names.YEAR_NAMES)
        used = {place for kind in known for place in names.find(kind, fields)} | set(self.find_week())
        used |= {*self.find_configured("product"), *self.find_configured("carry"), *self._find_map()}
        left = [place for place, name in enumerate(fields) if place not in used and not names.is_no_quantity(name)]
        return [place for place in left if is_numeric(self._header.column(place))]

    def find_quantities(self) -> list[int]:
        """Positions of the columns with a name for units; one of money or weight only where there is no other."""
        return self._find_surely() or self._find_named_as(names.is_turnover) or self._find_last()

    def _find_last(self) -> list[int]:
        return names.find(names.UNITS_NAMES[2:], self._header.fields) or self._find_named_as(names.is_weight)

    def _find_named_as(self, says: Callable[[str], bool]) -> list[int]:
        return [place for place, name in enumerate(self._header.fields) if says(name)]

    def _find_surely(self) -> list[int]:
        fields = self._header.fields
        found = names.find(names.UNITS_NAMES[:2], fields) or self._find_named_as(names.is_quantity)
        return [place for place in found if place not in self._find_map()]

    def _find_map(self) -> list[int]:
        """Positions of columns called x and y where both are there: they are places on a map."""
        found = names.find(("x y",), self._header.fields)
        return found if len(found) == len("xy") else []

    def _find_by_content(self, holds: Callable[[str], bool], used: set[int]) -> list[int]:
        """The only column, of those that are not used, of which the first value says what it holds; or none."""
        first = self._header.sample[0] if self._header.sample else ()
        found = [place for place, text in enumerate(first) if place not in used and holds(text)]
        return found if len(found) == 1 else []

    def find_configured(self, setting: str) -> tuple[int, ...]:
        """Positions of the columns that a setting names; raises BadInput where the file has no such column."""
        value = getattr(self._reading, setting)
        if not value:
            return ()
        wanted = [value] if names.normalise(value) in map(names.normalise, self._header.fields) else value.split(",")
        return tuple(self._find_named(name.strip(), setting) for name in wanted)

    def find_compared(self) -> tuple[int, ...]:
        """Positions of the columns that the setting `where` compares."""
        return tuple(self._find_named(comparison.column, "where") for comparison in self._reading.comparisons)

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

    def only(self, places: list[int], setting: str = "", also: int | None = None, *, together: bool = False) -> int:
        """The only position; raises BadInput where there are several, naming the setting that decides.

        also: a column that is part of the key in any case; together: whether all of them may be the key.
        """
        if len(places) == 1:
            return places[0]
        columns = self.names(tuple(places))
        if not setting or len({column.lower() for column in columns}) == 1:
            raise self.refuse(
                f"expected each column once, found {len(places)} of that name; keep one", column=columns[0]
            )
        listed = enumerate_some([quote(column) for column in columns])
        before = f"{self._header.fields[also]}," if also is not None else ""
        columns.sort(key=lambda column: not names.is_quantity(column))
        options = [remedy(f"{setting}={before}{column}") for column in columns[:3]]
        # Of three columns one alone may be a size or a colour; of two one may be another name of the other.
        if together or (setting == "product" and len(columns) > _TWO):
            options.append(remedy(f"{setting}={before}{','.join(columns)}"))
        raise self.refuse(
            f"expected one column of the {setting}, found {listed}; name it with --set {setting}=…", options
        )

    def names(self, places: tuple[int, ...]) -> list[str]:
        """Names of the columns at these positions."""
        return [self._header.fields[place] for place in places]

    def list_fields(self) -> str:
        """The names of the first columns, for a message."""
        return enumerate_some([quote(column) for column in self._header.fields])

    def refuse(self, problem: str, remedies: Sequence[Remedy] = (), **where: str) -> BadInput:
        """The error that refuses the file for its header."""
        return refuse(self._name, problem, remedies=remedies, line=self._header.line, **where)
