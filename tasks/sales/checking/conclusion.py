"""The verdict on a file that could be read: whether it is refused, and what each check looked at."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config
from schemas.errors import BadInput
from schemas.forecasts import PRODUCT_CODE
from schemas.sales import QUARANTINE
from tasks.sales.checking.reader import Read
from tasks.sales.checking.share_set_aside import check_share_set_aside
from tasks.sales.checking.verdict import Examined, Verdict, examine_totals, list_examined
from tasks.sales.layout.attributes import tabulate_attributes
from tasks.sales.layout.columns import Long, Wide
from tasks.sales.layout.keys import warn_of_cut_codes
from tasks.sales.messages import enumerate_some, quote
from tasks.sales.panel.faults import split_faults, tabulate
from tasks.sales.panel.long import has_orders
from tasks.sales.plausibility.refusals import refuse_totals, refuse_unfinished
from tasks.sales.plausibility.unfinished import Judgement, judge_last_week
from tasks.sales.weeks import name_week
from tasks.sales.wide_sales import WideSales


def conclude(read: Read, config: Config) -> Verdict:
    """Decide about what was read; the settings may differ from those it was read with where both read the same."""
    checked = read.checked
    totals = checked.sales.codes.filter(pa.array(read.totals)).to_pylist()
    dropped = totals if config.total_rows == "drop" else []
    sales = checked.sales.select(~read.totals) if dropped else checked.sales
    judgement = _judge_last_week(read, config)
    refused = read.marked or _refuse_last_week(read, judgement) or _refuse_share(read, config)
    if config.total_rows is None:
        refused = refused or refuse_totals(totals, read.table.name)
    quarantine = tabulate(checked.faults, read.rows)
    if refused is None:
        QUARANTINE.enforce(quarantine)
    reading = _describe(read)
    codes = set(split_faults(checked.faults)[0][PRODUCT_CODE].unique().to_pylist()) - {""}
    return Verdict(
        refused=refused,
        sales=sales,
        quarantine=quarantine,
        warnings=[*read.warnings, *warn_of_cut_codes(checked.sales.codes), *_warn_of_dropped(dropped)],
        first_week=checked.weeks[0],
        last_week=checked.weeks[-1],
        first_date=checked.first_date,
        products=checked.sales.num_rows + len(codes),
        attributes=_tabulate_attributes(read, sales),
        reading=reading,
        recognised=_recognise(read),
        examined=list_examined(
            checked,
            reading[0],
            config,
            described=read.columns.list_described() if isinstance(read.layout, Wide) and read.layout.whole else [],
            last_week=_examine_last_week(read, config, judgement),
            totals=examine_totals(totals, config.total_rows),
        ),
    )


def _warn_of_dropped(totals: list[str]) -> list[str]:
    listed = enumerate_some(list(map(quote, totals)))
    return [f"rows that are computed from the others are left out: {listed}"] if totals else []


def _judge_last_week(read: Read, config: Config) -> Judgement | None:
    """What can be said of the last week; None where a setting or an as-of week decides."""
    return None if config.last_week or not read.checked.whole else judge_last_week(read.checked.statistics)


def _refuse_last_week(read: Read, judgement: Judgement | None) -> BadInput | None:
    if judgement is None or judgement.shortfall is None:
        return None
    return refuse_unfinished(judgement.shortfall, _name_last_week(read), read.table.name)


def _refuse_share(read: Read, config: Config) -> BadInput | None:
    key = read.columns.roles.names(read.columns.key.product)
    orders = isinstance(read.layout, Long) and not read.columns.across and has_orders(read.table.header, read.layout)
    if read.columns.across:
        week = read.columns.roles.names(read.columns.across.week)
    else:
        week = read.columns.roles.names(read.layout.week) if isinstance(read.layout, Long) else []
    return check_share_set_aside(read.checked, read.table.name, config, key, week, orders=orders)


def _name_last_week(read: Read) -> str:
    return name_week(read.checked.weeks[-1], read.checked.first_date)


def _examine_last_week(read: Read, config: Config, judgement: Judgement | None) -> Examined:
    """What the check says of the last week: no more than was looked at."""
    week = _name_last_week(read)
    if judgement is None:
        return Examined("last week", _name_decision(week, read, config), True)
    if judgement.shortfall:
        told = f"{week} looks unfinished: {judgement.shortfall.describe(week)}"
    elif judgement.judged:
        told = f"{week} is as full as the others"
    else:
        told = f"too little is sold to judge whether {week} is over"
    if ended := read.checked.left_out:
        told = f"the week after {week} is left out as its days end on {ended}; {told}"
    return Examined("last week", told, judgement.shortfall is None, int(judgement.shortfall is not None))


def _name_decision(week: str, read: Read, config: Config) -> str:
    """Why the last week is not judged."""
    if not read.checked.whole:
        return f"{week} is not judged, because it was chosen as the as-of week and later ones follow"
    if config.last_week == "keep":
        return f"{week} is kept, as last_week=keep says; it is not judged"
    return f"the week after {week} is dropped, as last_week=drop says; {week} is not judged"


def _tabulate_attributes(read: Read, sales: WideSales) -> pa.Table | None:
    """What is known of the products of the sales, which may be without some that were checked."""
    key, names, checked = read.columns.key, read.columns.roles.names, read.checked
    attributes = tabulate_attributes(checked.sales.codes, checked.carried, names(key.product), names(key.carried))
    if attributes is None or attributes.num_rows == sales.num_rows:
        return attributes
    return attributes.filter(pc.is_in(attributes[PRODUCT_CODE], sales.codes))


def _describe(read: Read) -> list[str]:
    """How the file was read: its columns, its weeks and its numbers."""
    sign = {".": "point", ",": "comma"}[read.decimal]
    return [read.columns.describe(read.layout), read.checked.written, f"numbers with a decimal {sign}"]


def _recognise(read: Read) -> dict[str, str]:
    """The settings that say how the file was read, so that the next one is read in the same way."""
    checked, layout = read.checked, read.layout
    if read.columns.across:
        return {"first_week": f"{checked.first_date or ''}"} if checked.first_date else {}
    names = read.columns.roles.names
    found = {"product": names(layout.key.product), "carry": names(layout.key.carried)}
    if isinstance(layout, Long):
        found |= {"week": names(layout.week)}
        found |= {} if layout.units is None else {"units": names((layout.units,))}
    settings = {name: ",".join(columns) for name, columns in found.items() if all(columns)}
    settings["date_format"] = checked.date_format or ""
    settings["first_week"] = f"{checked.first_date or ''}"
    settings["decimal"] = "," if read.decimal == "," else ""
    return {name: value for name, value in settings.items() if value}
