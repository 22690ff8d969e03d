"""The settings that say how a sales file is read; none of them is part of a run's identity."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ALL = "all"  # the condition that every row meets
_WORD = r"""("[^"]*"|'[^']*'|[^\s"'!=<>]+)"""
_COMPARISON = re.compile(rf"\s*{_WORD}\s*(!=|=|<|>)\s*{_WORD}\s*")
_AND = re.compile(r"and\s", re.IGNORECASE)
_SIGNS = {"point": ".", "comma": ",", "space": " ", "apostrophe": "'"}


class Comparison(NamedTuple):
    """A column, how it is compared (=, !=, < or >), and the value that it is compared with."""

    column: str
    sign: str
    value: str


def parse_condition(text: str) -> tuple[Comparison, ...]:
    """The comparisons all of which a row has to meet, none for `all`; raises ValueError where it is written otherwise.

    A comparison is a word, a sign and a word; several are joined by `and`; a word that holds a blank or a sign stands
    between quotes.
    """
    if text.strip().lower() == ALL:
        return ()
    found, place = list[Comparison](), 0
    while match := _COMPARISON.match(text, place):
        column, sign, value = match.groups()
        found.append(Comparison(_unquote(column), sign, _unquote(value)))
        place = match.end()
        joined = _AND.match(text, place)
        if not joined:
            break
        place = joined.end()
    if place < len(text) or not found:
        raise ValueError(
            "expected a column, one of = != < > and a value, several joined by and, with quotes around what holds a "
            "blank, such as status!=cancelled"
        )
    return tuple(found)


def leave_out(column: str, values: Sequence[str]) -> str:
    """The condition that leaves out the rows with one of the values in a column."""
    return " and ".join(f"{_quote(column)}!={_quote(value)}" for value in values)


def keep_blank(column: str) -> str:
    """The condition that leaves out the rows with anything in a column."""
    return f"{_quote(column)}=''"


def _quote(word: str) -> str:
    """A word of a condition: between quotes where it holds more than letters and digits."""
    if re.fullmatch(r"[\w.-]+", word):
        return word
    return f'"{word}"' if "'" in word else f"'{word}'"


def _unquote(word: str) -> str:
    return word[1:-1] if word[0] in "\"'" else word


def _join(value: Any) -> Any:
    """Column names as one text: a TOML file may list them."""
    return (
        ",".join(value) if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value) else value
    )


def _sign(value: Any) -> Any:
    """A sign given by its name as the sign itself."""
    return _SIGNS.get(value, value) if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


Names = Annotated[str, BeforeValidator(_join)]


class Reading(BaseModel):
    """How a sales file is read; what is not set is recognised where the file allows one reading only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    product: Names | None = Field(None, description="Column of the product; several, as in store,item, make the key.")
    week: Names | None = Field(None, description="Column of the week, its date or a day; year,week for two columns.")
    units: str | None = Field(None, description="Column of the units sold.")
    carry: Names | None = Field(
        None, description="Columns that describe a product, such as category,brand: they are added to the forecasts."
    )
    where: str | None = Field(
        None,
        description="Which rows are read, such as status!=cancelled: a column, = != < or >, and a value, several "
        "joined by and; all: every row.",
    )
    query: str | None = Field(None, description="The query to run where the sales come from a database.")
    files: Literal["all", "newest"] = Field(
        "all", description="Of a folder or a pattern: all files are one table, or the newest by its name is the whole."
    )
    wait_for_source: int = Field(0, ge=0, description="Minutes to wait for a file that is late, or still last week's.")
    encoding: str = Field("utf-8", description="Encoding of the sales file.")
    week_starts: Annotated[
        Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], BeforeValidator(_lower)
    ] = Field("monday", description="The day with which a week begins.")
    first_week: date | None = Field(
        None, description="First day of week 0, a Monday unless week_starts is set; without it dates are null."
    )
    date_format: str | None = Field(None, description="How dates are written, such as %d/%m/%Y for 31/12/2024.")
    decimal: Annotated[Literal[".", ","], BeforeValidator(_sign)] | None = Field(
        None, description="The decimal sign: point or comma."
    )
    thousands: Annotated[Literal[".", ",", " ", "'"], BeforeValidator(_sign)] | None = Field(
        None, description="The sign between thousands: point, comma, space or apostrophe."
    )
    rows: Literal["totals", "transactions", "items"] = Field(
        "totals",
        description="totals: a row is all that was sold of a product in its week or on its day; "
        "transactions: rows are added up, returns are subtracted, and no row means nothing sold; "
        "items: every row is one unit sold, and no row means nothing sold.",
    )
    gaps: Literal["refuse", "zero"] = Field(
        "refuse", description="A blank after a product's first number: set the product aside, or read 0."
    )
    bad_cells: Literal["refuse", "previous"] = Field(
        "refuse",
        description="A cell that is no number, or negative: set the product aside, or take the units that the store "
        "has for that week, 0 where it has none.",
    )
    last_week: Literal["keep", "drop"] | None = Field(
        None,
        description="Keep the last week though it looks unfinished, or drop it; by default such a file is refused.",
    )
    total_rows: Literal["keep", "drop"] | None = Field(
        None, description="Keep rows that sum other rows as products, or drop them; by default such a file is refused."
    )
    max_quarantined: float = Field(
        0.05, ge=0, le=1, description="Share of rows set aside above which the file is refused."
    )
    # Up to here a double adds up whole units exactly.
    max_units: float = Field(1e9, gt=0, le=2**53, description="A cell above this is set aside as implausible.")

    @field_validator("product", "week", "units", "carry", "query", "date_format", "where")
    @classmethod
    def _is_filled(cls, value: str | None) -> str | None:
        return value if value and value.strip() else None

    @field_validator("where")
    @classmethod
    def _is_a_condition(cls, value: str | None) -> str | None:
        parse_condition(value or ALL)
        return value

    @field_validator("first_week")
    @classmethod
    def _begins_a_week(cls, value: date | None, info: ValidationInfo) -> date | None:
        starts = info.data.get("week_starts", WEEKDAYS[0])
        if value is not None and (late := (value.weekday() - WEEKDAYS.index(starts)) % 7):
            start = value - timedelta(days=late)
            raise ValueError(f"{value} is a {value:%A}, expected a {starts.capitalize()} such as {start}")
        return value

    @field_validator("thousands")
    @classmethod
    def _differs_from_decimal(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value and value == info.data.get("decimal"):
            raise ValueError("expected another sign than the decimal one")
        return value

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """What a row has to meet to be read."""
        return parse_condition(self.where or ALL)

    @property
    def adds_rows(self) -> bool:
        """Whether rows are added up, and no row means nothing sold."""
        return self.rows != "totals"

    @property
    def week_start(self) -> int:
        """The day with which a week begins: 0 for Monday to 6 for Sunday."""
        return WEEKDAYS.index(self.week_starts)
