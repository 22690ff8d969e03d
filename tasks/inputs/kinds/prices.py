"""Prices and features: what a product costs in a week, and other numbers that are known ahead of it."""

from __future__ import annotations

import numpy as np

from schemas.config import Config
from schemas.inputs.panel import PRICE, REGULAR_PRICE, is_reserved
from tasks.inputs.table import read_head, read_input
from tasks.inputs.told import SINCE_COLUMN, Told, find_week_columns, read_week_columns, refuse_all, tell, use_rows
from tasks.inputs.weeks import SalesWeeks
from tasks.sales.layout.contents import is_numeric
from tasks.sales.messages import enumerate_some, quote, refuse
from tasks.sales.reading.names import PRODUCT_NAMES, WEEK_NAMES, find, normalise
from tasks.sales.reading.table import Part

EXPECTED = f"product_code, week, {PRICE}, {REGULAR_PRICE}, {SINCE_COLUMN}, and those that the setting features names"

_NO_PRICE = "its price is not above 0, or more than max_units allows"


def list_features(part: Part, config: Config) -> list[str]:
    """The columns of prices that are numbers and have no meaning here: features, if the setting names them."""
    header = read_head(part, config)
    known = {normalise(name) for name in (PRICE, REGULAR_PRICE, SINCE_COLUMN, config.week or "")}
    keys = {*find(PRODUCT_NAMES, header.fields), *find(WEEK_NAMES, header.fields)}
    return [
        name
        for place, name in enumerate(header.fields)
        if place not in keys and normalise(name) not in known and is_numeric(header.column(place))
    ]


def read_prices(part: Part, config: Config, sales: SalesWeeks) -> Told:
    """Read prices, and the columns that the setting `features` names."""
    heads = read_head(part, config).fields
    week = find_week_columns(heads, config.week, part.name, EXPECTED, sales)
    features = _read_features(config)
    if taken := [name for name in features if is_reserved(name)]:
        raise refuse(
            part.name, f"expected features with names of their own, found {quote(taken[0])}; rename that column"
        )
    missing = [name for name in features if normalise(name) not in map(normalise, heads)]
    if missing:
        found = enumerate_some([quote(head) for head in heads])
        raise refuse(part.name, f"expected a column {quote(missing[0])} (setting features), found {found}")
    money = [name for name in (PRICE, REGULAR_PRICE) if normalise(name) in map(normalise, heads)]
    known = {normalise(name) for name in (*week, SINCE_COLUMN, *money, *features)}
    table = read_input(part, config, EXPECTED, lambda name: name in known)
    if not money and not features:
        raise refuse(part.name, f"expected the columns {EXPECTED}, found neither {PRICE} nor a feature")
    days, since, faults = read_week_columns(table, week, sales)
    numbers, unreadable = table.shares(features, money)
    prices = numbers[:, : len(money)]
    faults = [
        (table.codes == "", "it names no product"),
        *faults,
        (np.asarray(unreadable.any(axis=1)), "a cell is no number"),
        (np.asarray(((prices <= 0) | (prices > config.max_units)).any(axis=1)), _NO_PRICE),
        (np.asarray((np.abs(numbers) > config.max_units).any(axis=1)), "a number is larger than max_units allows"),
    ]
    used, aside = use_rows(table, faults)
    if not used.any():
        raise refuse_all(table, aside)
    told = tell(table.codes, days, [*money, *features], numbers, since, table.lines, used)
    return told._replace(set_aside=[*aside, *told.set_aside])


def _read_features(config: Config) -> list[str]:
    """Those that the setting names, each once, and no price."""
    names = {normalise(name): name.strip() for name in (config.features or "").split(",") if name.strip()}
    return [name for known, name in names.items() if known not in map(normalise, (PRICE, REGULAR_PRICE))]
