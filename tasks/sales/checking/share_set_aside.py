"""The share of rows set aside above which a file is refused, because its other rows cannot be trusted either."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config
from schemas.errors import BadInput
from schemas.sales import week_column
from tasks.sales.checking.checked import Checked
from tasks.sales.checking.faults import DUPLICATE, GAP, Fault
from tasks.sales.layout.numbers import NEGATIVE, NOT_A_NUMBER, TOO_LARGE, simplify
from tasks.sales.messages import enumerate_some, quote, refuse

_WEEKS_OF_A_YEAR = 53
_MOST_ALLOWED = 0.2  # of the rows, that a message proposes to set aside
_DECIMAL_COMMA = re.compile(r"\s*[0-9]+,[0-9]+\s*")


def check_share_set_aside(
    checked: Checked, name: str, config: Config, key: Sequence[str], *, orders: bool = False
) -> BadInput | None:
    """The refusal of a file with more than max_quarantined of its rows set aside, or with no product left, or None.

    key: names of the columns that tell products apart; orders: whether a column tells orders apart.
    """
    aside = sum(fault.rows for fault in checked.faults if not fault.replaced)
    if aside / checked.rows > config.max_quarantined:
        most = (
            f"{100 * config.max_quarantined:.3g} % of the rows set aside (max_quarantined={config.max_quarantined:g})"
        )
        found = f"{aside:,} of {checked.rows:,}: {_list_rules(checked.faults)}"
        return refuse(name, f"expected at most {most}, found {found}; {_advise(checked, config, key, orders)}")
    if checked.sales.num_rows == 0:
        return refuse(
            name, f"expected sales of one product at least, found none up to {week_column(checked.weeks[-1])}"
        )
    return None


def _list_rules(faults: list[Fault]) -> str:
    """How many faults there are by rule, and the first of all."""
    first = min(faults, key=lambda fault: fault.line)
    counts = Counter(fault.rule for fault in faults).most_common()
    listed = enumerate_some([f"{rule} {count:,}" for rule, count in counts])
    return f"{listed}, first {first.rule} {quote(first.value)} on line {first.line}"


def _count_rows(faults: Sequence[Fault]) -> Counter[str]:
    """Rows that are set aside by rule, where a word for nothing is a gap, whatever rule it breaks."""
    counts = Counter[str]()
    texts = simplify(pa.array([fault.value for fault in faults], pa.string())).to_pylist()
    for fault, text in zip(faults, texts, strict=True):
        counts[GAP if fault.value.strip() and not text else fault.rule] += fault.rows
    return counts


def _advise(checked: Checked, config: Config, key: Sequence[str], orders: bool) -> str:
    """What to do about the most frequent faults, or about any."""
    counts = _count_rows(checked.faults)

    def many(rule: str) -> bool:
        return counts[rule] > config.max_quarantined * checked.rows

    if orders and (many(GAP) or many(DUPLICATE)):
        return "lines of orders are added up, and no row means nothing sold, with --set rows=transactions"
    if many(GAP):
        return "fill the gaps, or read them as 0 with --set gaps=zero"
    if many(DUPLICATE) and checked.keys:
        column = checked.keys[0]
        return f'the copies differ in {quote(column)}: --set "product={",".join([*key, column])}" adds it to the key'
    if many(DUPLICATE) and checked.first_date is None and len(checked.weeks) <= _WEEKS_OF_A_YEAR:
        return "where weeks are counted anew each year, name the column of the year too with --set week=…"
    if many(DUPLICATE):
        return "where each row is a sale, they are added up with --set rows=transactions"
    if many(NEGATIVE):
        return "where these are returns, they are subtracted with --set rows=transactions"
    if any(fault.rule == NOT_A_NUMBER and _DECIMAL_COMMA.fullmatch(fault.value) for fault in checked.faults):
        return "write all decimals alike, or name the sign with --set decimal=,"
    if many(TOO_LARGE):
        return f"where units are so large, --set max_units={_round_up(checked.faults):g} admits them"
    share = sum(fault.rows for fault in checked.faults if not fault.replaced) / checked.rows
    allowed = math.ceil(100 * share) / 100
    if allowed > _MOST_ALLOWED:
        return "correct them (weekcast check lists them)"
    return f"correct them (weekcast check lists them), or allow more with --set max_quarantined={allowed:g}"


def _round_up(faults: list[Fault]) -> float:
    """A power of ten that is above the units of all cells that are too large."""
    cells = pa.array([fault.value for fault in faults if fault.rule == TOO_LARGE])
    numbers = pc.replace_substring_regex(simplify(cells), r"[^0-9.eE+-]", "")
    plain = pc.match_substring_regex(numbers, r"\A[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?\z")
    largest = pc.max(pc.cast(numbers.filter(plain), pa.float64())).as_py() or 0
    return 10.0 ** math.ceil(math.log10(max(largest, 10.0)))
