"""Which columns of a table with one row a week are products: those that hold no calendar, weather, flag or number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.errors import BadInput
from schemas.reading import Reading
from tasks.sales.layout.contents import find_unit, is_constant, is_flag, is_level, is_number, is_numeric, is_sum, rises
from tasks.sales.layout.roles import Roles
from tasks.sales.messages import quote, remedy
from tasks.sales.reading import names
from tasks.sales.reading.header import Header

_ENOUGH = 200  # rows that tell what a column holds: there may be thousands of columns
_FEWEST = 3  # columns of numbers, from which on one that is called sales is one of several products


@dataclass(frozen=True)
class Across:
    """Positions of the columns of a table with one row a week: that of the week, those of the products, and the rest.

    week: one column, or that of the year and that of the week; ignored: columns that describe the week, and are no
    products.
    """

    week: tuple[int, ...]
    products: tuple[int, ...]
    ignored: tuple[int, ...] = ()


def find_across(header: Header, roles: Roles, reading: Reading) -> Across | None:
    """The columns of a table with one row a week and one column a product, None where it is another.

    Raises BadInput where one of several columns of numbers is called units, and does not sum the others.
    """
    if reading.product or names.find(names.PRODUCT_NAMES, header.fields) or reading.rows == "items":
        return None
    week = roles.find_dates() or roles.find_week()
    if not (len(week) == 1 or roles.is_year_and_week(week)) or roles.repeat(week):
        return None
    cells = {place: header.column(place)[:_ENOUGH] for place in range(len(header.fields)) if place not in week}
    others = [place for place, texts in cells.items() if texts or header.fields[place]]
    numeric = [place for place in others if is_numeric(cells[place]) or find_unit(cells[place])]
    if len(numeric) * 2 < len(others):
        return None
    products = [place for place in others if not roles.describes_week(place) and _holds_numbers(cells[place])]
    products = _leave_out_by_content(products, cells, header)
    if units := _find_units(products, cells, header, roles, reading):
        products = [units]
    alone = len(products) == 1 and not reading.units and products[0] not in roles.find_quantities()
    if not products or (alone and names.is_no_quantity(header.fields[products[0]])):
        return None
    if alone and not roles.may_be_units(products[0]):
        raise _ask(products[0], header, roles, "one series of sales, found")
    return Across(week, tuple(products), tuple(place for place in others if place not in products))


def _holds_numbers(texts: list[str]) -> bool:
    """Whether a column holds nothing, or some numbers."""
    return not texts or any(map(is_number, texts)) or bool(find_unit(texts))


def _leave_out_by_content(products: list[int], cells: dict[int, list[str]], header: Header) -> list[int]:
    """The columns without those that cannot be products beside others: flags, visits, rates, numbers of rows."""
    kinds = (
        [place for place in products if names.counts_people(header.fields[place])],
        [place for place in products if is_constant(cells[place]) or rises(cells[place])],
        [place for place in products if is_flag(cells[place])],
        [place for place in products if is_level(cells[place])],
    )
    for others in kinds:
        if len(others) * 2 < len(products):  # where most are so, they are what is sold
            products = [place for place in products if place not in others]
    return products


def _find_units(
    products: Sequence[int], cells: dict[int, list[str]], header: Header, roles: Roles, reading: Reading
) -> int | None:
    """The column of units of a table of one series: the only one that is called so, beside columns of other kinds."""
    if reading.units:
        return roles.find_configured("units")[0]
    known = [place for place in names.find(names.UNITS_NAMES[:2], header.fields) if place in products]
    if len(known) != 1 or len(products) == 1:
        return None
    if len(products) < _FEWEST:
        return known[0]
    if is_sum(cells[known[0]], [cells[place] for place in products if place not in known]):
        return None
    others = f"beside {len(products) - 1:,} columns of numbers, which it does not sum: "
    raise _ask(known[0], header, roles, "one column a product, or one series, found units " + others)


def _ask(place: int, header: Header, roles: Roles, problem: str) -> BadInput:
    """The refusal of a table of which one column may be all that was sold."""
    name = header.fields[place]
    remedies = [remedy(f"units={name}", words="{} reads this column only")]
    return roles.refuse(f"expected {problem} {quote(name)}", remedies=remedies)
