"""All inputs of a run, read and judged: what they tell of products and weeks, and what of them is not used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config
from schemas.forecasts import PRODUCT_CODE
from schemas.inputs.files import INVENTORY, LIFECYCLE
from schemas.inputs.panel import PRICE, REGULAR_PRICE, SUCCESSOR, is_reserved
from schemas.inputs.told import INPUT, INPUTS, KNOWN_SINCE
from schemas.sales import WEEK
from tasks.inputs.coming import describe_coming, find_coming
from tasks.inputs.contradictions import warn_of_contradictions
from tasks.inputs.kinds.availability import read_availability
from tasks.inputs.kinds.events import read_events
from tasks.inputs.kinds.holidays import list_holidays
from tasks.inputs.kinds.inventory import read_inventory, require_reach, require_week
from tasks.inputs.kinds.lifecycle import read_lifecycle
from tasks.inputs.kinds.overrides import read_overrides
from tasks.inputs.kinds.prices import read_prices
from tasks.inputs.table import SetAside
from tasks.inputs.told import Told
from tasks.inputs.weeks import SalesWeeks
from tasks.sales.messages import enumerate_some, quote, refuse, shorten
from tasks.sales.reading.table import Part
from tasks.sales.wide_sales import WideSales

READERS: dict[str, Callable[[Part, Config, SalesWeeks], Told]] = {
    "availability": read_availability,
    "prices": read_prices,
    "events": read_events,
    LIFECYCLE: read_lifecycle,
    "overrides": read_overrides,
}

_AT_ONCE = 1 << 20  # rows whose contract is looked at


class Gathered(NamedTuple):
    """What inputs tell of products.

    rows: see `schemas.inputs.told.INPUTS`
    warnings: what to tell people
    coming: codes, ascending, of the products that have no sales yet and are forecast
    attributes: of these, None where no product has any
    """

    rows: pa.Table
    warnings: list[str]
    coming: pa.Array
    attributes: pa.Table | None = None


def gather_inputs(
    parts: Mapping[str, Part],
    config: Config,
    sales: SalesWeeks,
    codes: pa.Array,
    *,
    ahead: bool = True,
    attributes: pa.Table | None = None,
    sold: WideSales | None = None,
) -> Gathered:
    """Read all inputs.

    parts: by name, one of READERS
    sales: the weeks beside which they stand
    codes: of all products with sales
    ahead: whether weeks after those of the sales are going to be forecast
    attributes: of the products with sales, None where they have none
    sold: what life cycles are held against, None where they are not

    Raises BadInput where one of them cannot be used at all.
    """
    tables, warnings = [INPUTS.columns.empty_table()], list[str]()
    if config.features and "prices" not in parts:
        warnings.append("setting features: it names columns of the input prices, which is not there")
    reading = _read_beside(sales, config)
    told = {name: READERS[name](part, reading, sales) for name, part in parts.items() if name != INVENTORY}
    coming = pa.array([], pa.string())
    if LIFECYCLE in told:
        coming = _find_coming(told[LIFECYCLE].rows, codes, sales, config.horizon, parts[LIFECYCLE].name)
        warnings += warn_of_contradictions(told[LIFECYCLE].rows, sold, parts[LIFECYCLE].name) if sold else []
    coming = coming if ahead else coming[:0]
    known = pa.concat_arrays([codes, coming])
    for name, part in parts.items():
        if name == INVENTORY:
            warnings += _check_inventory(part, reading, sales, known) if ahead else []
            continue
        warnings += list_set_aside(part.name, told[name].set_aside)
        rows, warning = _leave_out_strangers(told[name].rows, known, part.name)
        warnings += warning
        tables.append(rows)
    if config.holidays:
        tables.append(list_holidays(config.holidays, sales, config.horizon))
    rows = pa.concat_tables(tables)
    if ahead:
        warnings += _warn_of_missing(rows, sales.weeks.stop, config.horizon)
    for batch in rows.to_batches(_AT_ONCE):
        INPUTS.enforce(pa.Table.from_batches([batch]))
    described = None
    if len(coming) and attributes:
        described = describe_coming(coming, rows, attributes, sales.key, parts[LIFECYCLE], reading)
    return Gathered(rows, warnings, coming, described)


def list_coming(parts: Mapping[str, Part], config: Config, sales: SalesWeeks, codes: pa.Array) -> pa.Array:
    """The codes, ascending, of the products without sales that life cycles tell of; parameters as of `gather_inputs`.

    Raises BadInput where the life cycles cannot be used.
    """
    if LIFECYCLE not in parts:
        return pa.array([], pa.string())
    told = read_lifecycle(parts[LIFECYCLE], _read_beside(sales, config), sales)
    return find_coming(told.rows, codes, sales.weeks[-1], config.horizon)


def _read_beside(sales: SalesWeeks, config: Config) -> Config:
    """How inputs are read: with the key of the sales."""
    return config.model_copy(update={"product": sales.key or config.product, "query": None})


def _check_inventory(part: Part, config: Config, sales: SalesWeeks, codes: pa.Array) -> list[str]:
    """What of an inventory is not used; raises BadInput where no orders can be made of it."""
    last = sales.weeks[-1]

    def is_last(text: str) -> bool:
        days, _ = sales.days([text], config, part.name)
        return bool(days[0] // 7 == last)

    inventory = read_inventory(part, config)
    if not pc.any(pc.is_in(pa.array(inventory.codes, pa.string()), codes)).as_py():
        raise refuse(part.name, f"expected products of the sales, found none, but {quote(inventory.codes[0])}")
    require_week(inventory, last, is_last, part.name)
    require_reach(inventory, config.horizon, part.name)
    return list_set_aside(part.name, inventory.set_aside)


def count_inputs(rows: pa.Table) -> dict[str, int]:
    """How many products and weeks each input tells of."""
    counts = rows[INPUT].value_counts()
    return dict(sorted(zip(counts.field(0).to_pylist(), counts.field(1).to_pylist(), strict=True)))


def list_set_aside(name: str, rows: Sequence[SetAside]) -> list[str]:
    """The warning of rows of a file that are not used, if there are any."""
    listed = enumerate_some([row.tell() for row in rows])
    return [f"{shorten(name)}: {len(rows):,} rows are set aside: {listed}"] if rows else []


def _find_coming(rows: pa.Table, codes: pa.Array, sales: SalesWeeks, horizon: int, name: str) -> pa.Array:
    """Products without sales that life cycles tell of; raises BadInput where one follows a product that is unknown."""
    coming = find_coming(rows, codes, sales.weeks[-1], horizon)
    _require_predecessors(rows, pa.concat_arrays([codes, coming]), name)
    return coming


def _require_predecessors(rows: pa.Table, codes: pa.Array, name: str) -> None:
    """Raise BadInput where a product follows one that is not among the sales."""
    named = pc.unique(rows.filter(pc.starts_with(rows[INPUT], SUCCESSOR))[INPUT])
    older = pc.utf8_slice_codeunits(named, len(SUCCESSOR))
    if len(unknown := older.filter(pc.invert(pc.is_in(older, codes)))):
        listed = enumerate_some([quote(code) for code in unknown.to_pylist()])
        raise refuse(name, f"expected successor_of to name products of the sales, found {listed}")


def _leave_out_strangers(rows: pa.Table, codes: pa.Array, name: str) -> tuple[pa.Table, list[str]]:
    """The rows of products that are sold, and which others there are."""
    known = pc.or_(pc.is_in(rows[PRODUCT_CODE], codes), pc.equal(rows[PRODUCT_CODE], ""))
    strangers = rows.filter(pc.invert(known))[PRODUCT_CODE].unique()
    if not len(strangers):
        return rows, []
    listed = enumerate_some([quote(code) for code in strangers.to_pylist()])
    return rows.filter(known), [f"{shorten(name)}: {len(strangers):,} products are not among the sales: {listed}"]


def _warn_of_missing(rows: pa.Table, first: int, horizon: int) -> list[str]:
    """Of which products an input tells something, but nothing of a week to forecast."""
    warnings = list[str]()
    for name in rows[INPUT].unique().to_pylist():
        if is_reserved(name) or name == REGULAR_PRICE:
            continue
        told = rows.filter(pc.equal(rows[INPUT], name))
        products: pa.Array = told[PRODUCT_CODE].unique()
        in_time = pc.fill_null(pc.less(told[KNOWN_SINCE], first), fill_value=True)
        of_week = pc.and_(pc.greater_equal(told[WEEK], first), pc.less(told[WEEK], first + horizon))
        counts = told.filter(pc.and_(of_week, in_time))[PRODUCT_CODE].value_counts()
        whole = counts.field(0).filter(pc.greater_equal(counts.field(1), horizon))
        if len(missing := products.filter(pc.invert(pc.is_in(products, whole)))):
            listed = enumerate_some([quote(code) for code in missing.to_pylist()])
            usual = "the regular one" if name == PRICE else "what is usual"
            lack = f"have no {name} in some week from W{first} on, {usual} is taken: {listed}"
            warnings.append(f"{len(missing):,} products {lack}")
    return warnings
