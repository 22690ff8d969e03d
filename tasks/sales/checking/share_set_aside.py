"""The share of rows set aside above which a file is refused, because its other rows cannot be trusted either."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config
from schemas.errors import BadInput, Remedy
from schemas.forecasts import PRODUCT_CODE
from schemas.reading import leave_out
from schemas.sales import LINE, RULE, VALUE, week_column
from tasks.sales.layout.numbers import NEGATIVE, NOT_A_NUMBER, TOO_LARGE, simplify
from tasks.sales.messages import enumerate_some, quote, refuse, remedy
from tasks.sales.panel.checked import Checked
from tasks.sales.panel.faults import BAD_WEEK, CARRIED_DIFFERS, DUPLICATE, GAP, ROWS, count_rules, split_faults
from tasks.sales.plausibility.row_names import are_called_totals

_WEEKS_OF_A_YEAR = 53
_MOST_UNITS = 1e12  # above it whole numbers are those of something, not quantities
_MOST_ALLOWED = 0.2  # of the rows, that a message proposes to set aside
_FEW_TEXTS = 3  # of weeks, or codes, in the rows that a condition leaves out
_DECIMAL_COMMA = r"\A\s*[0-9]+,[0-9]+\s*\z"


def check_share_set_aside(
    checked: Checked, name: str, config: Config, key: Sequence[str], week: Sequence[str] = (), *, orders: bool = False
) -> BadInput | None:
    """The refusal of a file with more than max_quarantined of its rows set aside, or with no product left, or None.

    key: names of the columns that tell products apart
    week: of those of the week
    orders: whether a column tells orders apart
    """
    aside = _count_aside(checked)
    if aside / checked.rows > config.max_quarantined:
        most = (
            f"{100 * config.max_quarantined:.3g} % of the rows set aside (max_quarantined={config.max_quarantined:g})"
        )
        found = f"{aside:,} of {checked.rows:,}: {_list_rules(checked.faults)}"
        return _advise(checked, config, key, week, orders, name, f"expected at most {most}, found {found}")
    if checked.sales.num_rows == 0:
        return refuse(
            name, f"expected sales of one product at least, found none up to {week_column(checked.weeks[-1])}"
        )
    return None


def _count_aside(checked: Checked) -> int:
    """How many rows are set aside."""
    return pc.sum(split_faults(checked.faults)[0][ROWS]).as_py() or 0


def _list_rules(faults: pa.Table) -> str:
    """How many faults there are by rule, and the first of all."""
    counts = sorted(count_rules(faults).items(), key=lambda counted: -counted[1])
    listed = enumerate_some([f"{rule} {count:,}" for rule, count in counts])
    first = {name: faults[name][int(np.argmin(faults[LINE]))].as_py() for name in (RULE, VALUE, LINE)}
    return f"{listed}, first {first[RULE]} {quote(first[VALUE])} on line {first[LINE]}"


def _count_rows(faults: pa.Table) -> Counter[str]:
    """Rows that are set aside by rule, where a word for nothing is a gap, whatever rule it breaks."""
    values = faults[VALUE].combine_chunks().dictionary_encode()
    texts = values.dictionary
    worded = pc.and_(pc.not_equal(pc.utf8_trim_whitespace(texts), ""), pc.equal(simplify(texts), ""))
    rules = pc.if_else(worded.take(values.indices), GAP, faults[RULE].combine_chunks())
    counted = pa.table({RULE: rules, ROWS: faults[ROWS]}).group_by(RULE).aggregate([(ROWS, "sum")])
    return Counter(dict(zip(counted[RULE].to_pylist(), counted[f"{ROWS}_sum"].to_pylist(), strict=True)))


def _list_remedies(
    checked: Checked, config: Config, key: Sequence[str], week: Sequence[str], orders: bool
) -> list[Remedy]:
    """What admits the file in spite of its most frequent faults; the surest first."""
    counts = _count_rows(checked.faults)

    def many(rule: str) -> bool:
        return counts[rule] > config.max_quarantined * checked.rows

    found = []
    if config.where is None and len(week) == 1 and (texts := _find_other_rows(checked)):
        found.append(remedy(f"where={leave_out(week[0], texts)}", words="{} leaves such rows out"))
    several = many(DUPLICATE) or many(CARRIED_DIFFERS)
    if several and config.where is None and len(key) == 1 and (codes := _find_totals(checked.faults)):
        found.append(remedy(f"where={leave_out(key[0], codes)}", words="{} leaves out the rows that are called totals"))
    if orders and (many(GAP) or many(DUPLICATE)):
        found.append(remedy("rows=transactions", words="lines of orders are added up with {}"))
    elif many(GAP):
        found.append(remedy("gaps=zero", words="fill the gaps, or read them as 0 with {}"))
    if many(DUPLICATE) and checked.keys:
        column = checked.keys[0]
        found.append(
            remedy(
                f"product={','.join([*key, column])}", words="the copies differ there: {} adds the column to the key"
            )
        )
    elif many(DUPLICATE) and not _counts_anew(checked):
        found.append(remedy("rows=transactions", words="where each row is a sale, they are added up with {}"))
    if many(NEGATIVE):
        found.append(remedy("rows=transactions", words="where these are returns, they are subtracted with {}"))
    if pc.any(pc.match_substring_regex(_values_of(checked.faults, NOT_A_NUMBER), _DECIMAL_COMMA)).as_py():
        found.append(remedy("decimal=,", words="write all decimals alike, or name the sign with {}"))
    if many(TOO_LARGE) and (most := _round_up(checked.faults)) <= _MOST_UNITS:
        found.append(remedy(f"max_units={most:g}", words="where units are so large, {} admits them"))
    return found[:1]


def _find_other_rows(checked: Checked) -> list[str]:
    """The few texts of weeks of rows that are no sales: far dates, and words such as Total.

    One row with such a text sets all rows of its product aside.
    """
    texts = [text for text in _values_of(checked.faults, BAD_WEEK).to_pylist() if text.strip()]
    few = len(texts) <= _FEW_TEXTS
    return texts if few and all(text in checked.far or not re.search("[0-9]", text) for text in texts) else []


def _find_totals(faults: pa.Table) -> list[str]:
    """The few codes that have several rows, where all of them are called totals: one of each category."""
    codes = faults[PRODUCT_CODE].filter(pc.is_in(faults[RULE], pa.array([DUPLICATE, CARRIED_DIFFERS]))).unique()
    return codes.to_pylist() if 0 < len(codes) <= _FEW_TEXTS and are_called_totals(codes).all() else []


def _counts_anew(checked: Checked) -> bool:
    return checked.first_date is None and len(checked.weeks) <= _WEEKS_OF_A_YEAR


def _advise(
    checked: Checked, config: Config, key: Sequence[str], week: Sequence[str], orders: bool, name: str, problem: str
) -> BadInput:
    """The refusal, with what to do about the most frequent faults, or about any."""
    remedies = _list_remedies(checked, config, key, week, orders)
    if not remedies and DUPLICATE in count_rules(checked.faults) and _counts_anew(checked):
        problem += "; where weeks are counted anew each year, name the column of the year too with --set week=…"
    elif not remedies:
        problem += "; correct them (weekcast check lists them)"
        allowed = math.ceil(100 * _count_aside(checked) / checked.rows) / 100
        if allowed <= _MOST_ALLOWED:
            remedies = [remedy(f"max_quarantined={allowed:g}", words="allow more with {}")]
    return refuse(name, problem, remedies=remedies)


def _values_of(faults: pa.Table, rule: str) -> pa.Array:
    """The values of the faults that break a rule, each once."""
    return faults[VALUE].filter(pc.equal(faults[RULE], rule)).unique()


def _round_up(faults: pa.Table) -> float:
    """A power of ten that is above the units of all cells that are too large."""
    numbers = pc.replace_substring_regex(simplify(_values_of(faults, TOO_LARGE)), r"[^0-9.eE+-]", "")
    plain = pc.match_substring_regex(numbers, r"\A[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?\z")
    largest = pc.max(pc.cast(numbers.filter(plain), pa.float64())).as_py() or 0
    return 10.0 ** math.ceil(math.log10(max(largest, 10.0)))
