"""The panel: the wide sales of a run, and beside them what its inputs tell of each product in the same and later weeks.

Beside `product_code` and the weeks (`W0`, `W1`, …) stand the columns of the inputs, a name and a week in each: `price
W52`. They are null where an input tells nothing. `since price W52` is the week in which that price became known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from schemas.sales import week_column

OUT_OF_STOCK = "out_of_stock"  # true in weeks in which the product could not be bought at times
PRICE, REGULAR_PRICE = "price", "regular_price"
DISCONTINUED = "discontinued"  # true in the first week in which a product is not sold any more
LAUNCHED = "launched"  # true in the first week of a product, from the last weeks on; its history tells earlier ones
SUCCESSOR = "successor of "  # before the code of the product; told by its history
OVERRIDE = "override by "  # before the author; told in the forecast, not in the panel
SINCE = "since "  # before the name of the input
EVENT = "event "  # before the name of an event that all products share
OWN_EVENT = "own event "  # and of one that is of some products
_INPUT = re.compile(r"(.+) W([0-9]+)", re.DOTALL)


def input_column(name: str, week: int) -> str:
    """Name of the column that tells an input of a week."""
    return f"{name} {week_column(week)}"


def is_reserved(name: str) -> bool:
    """Whether an input with that name would be taken for another one."""
    return name in (OUT_OF_STOCK, DISCONTINUED, LAUNCHED) or name.startswith(
        (EVENT, OWN_EVENT, SUCCESSOR, OVERRIDE, SINCE)
    )


def sales_columns(columns: Iterable[str]) -> list[str]:
    """Those of a panel's columns that are no inputs."""
    return [name for name in columns if not parse_input_column(name)]


def parse_input_column(column: str) -> tuple[str, int] | None:
    """The input and the week of such a column; None where it is another."""
    found = _INPUT.fullmatch(column)
    return (found[1], int(found[2])) if found else None
