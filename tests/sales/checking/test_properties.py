"""Any file gets a verdict, and it equals that of a slow and simple check."""

from __future__ import annotations

import csv
import io
import random

from hypothesis import example, given
from hypothesis import strategies as st

from tests.examples import examples
from tests.sales.checking.oracle import judge_slowly
from tests.sales.tables import (
    HEADER,
    WEEKS,
    Cells,
    Judge,
    faults_of,
    healthy,
    sales_of,
    same_sales,
    to_bytes,
    to_long,
    with_description,
)

HEALTHY = to_bytes(healthy(30))
QUANTITY = st.one_of(
    st.integers(0, 99).map(str), st.floats(0, 1e9).map(repr), st.sampled_from(["5.0", "+5", "5e0", "-0", " 7 "])
)
TROUBLE = st.sampled_from(
    [
        "",
        " ",
        "?",
        "n.a.",
        "-inf",
        "Infinity",
        "-3",
        "1e400",
        "-1e400",
        "2e9",
        "0x1F",
        "1_0",
        "5 5",
        "٣",
        '"',
        "a\nb",
        "\r\n",
    ]
)
CODE = st.one_of(
    st.integers(0, 400).map(lambda n: f"P{n}"),
    st.sampled_from(["", " ", "P1", " P1", "Product_Code", "a,b", "a\nb", "a\r\nb", 'TV 55"', "お茶", "null", "Ä"]),
)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


def cells(trouble: int) -> st.SearchStrategy[str]:
    """A quantity, or in about one of `trouble` cases something else."""
    return st.integers(0, trouble).flatmap(lambda n: TROUBLE if n == 0 else QUANTITY)


ROW = st.tuples(CODE, st.lists(cells(25), min_size=WEEKS, max_size=WEEKS)).map(lambda row: [row[0], *row[1]])
ODD_ROW = st.one_of(
    st.just(HEADER),
    st.lists(cells(3), min_size=2, max_size=WEEKS + 3),
    st.tuples(CODE, st.integers(0, WEEKS), QUANTITY).map(
        lambda row: [row[0], *[""] * row[1], *[row[2]] * (WEEKS - row[1])]
    ),
)
TABLE = st.lists(st.one_of(ROW, ROW, ROW, ODD_ROW), min_size=1, max_size=12)


def write(rows: list[Cells], quoting: int, end: str) -> str:
    sink = io.StringIO(newline="")
    csv.writer(sink, quoting=quoting, lineterminator=end).writerows(rows)  # type: ignore[arg-type]
    return sink.getvalue()


@examples(150)
@given(
    rows=TABLE,
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n", "\r", "\n\n"]),
    gaps=st.sampled_from(["refuse", "zero"]),
    as_of=st.sampled_from([None, 9, 10, WEEKS - 1]),
)
def test_the_verdict_equals_that_of_the_slow_check(
    judge_bytes: Judge, rows: list[Cells], quoting: int, end: str, gaps: str, as_of: int | None
) -> None:
    text = write([HEADER, *rows], quoting, end)
    expected = judge_slowly(text, WEEKS, gaps, as_of)
    settings = {"gaps": gaps, "max_quarantined": 1, "last_week": "keep", "total_rows": "keep"}
    verdict = judge_bytes(text.encode(), None if as_of is None else str(as_of), **settings)
    assert faults_of(verdict) == [(code, rule, value[:200], line) for code, rule, value, line in expected.faults]
    if expected.sales:
        assert sales_of(verdict) == expected.sales
        assert list(sales_of(verdict)) == sorted(expected.sales, key=str.encode)
        assert bool(verdict.warnings) == (expected.repeated > 0)
    else:
        assert verdict.refused is not None


@examples(150)
@given(
    data=st.one_of(
        st.binary(max_size=400), st.binary(max_size=60).map(lambda tail: HEALTHY[:300] + tail + HEALTHY[300:])
    )
)
@example(data=HEALTHY[:90] + b'"' + HEALTHY[90:])
@example(data=b"\xff\xfe")
@example(data=b"\x1f\x8b")
@example(data=b"Product_Code\r")
@example(data=b'product_code,week,units\n"')
@example(data=b"W0,W1\n,\n")
def test_any_bytes_end_in_a_verdict(judge_bytes: Judge, data: bytes) -> None:
    verdict = judge_bytes(data)
    assert verdict.refused is None or verdict.refused.where["file"] == "sales.csv"


@examples(150)
@given(
    header=st.lists(
        st.one_of(ANY_TEXT, st.sampled_from([*HEADER, "week", "units", "MIN", "Normalized 3"])), min_size=1, max_size=20
    ),
    whole=st.sampled_from([HEADER, ["product_code", "week", "units"], []]),
    rows=st.lists(st.lists(st.one_of(ANY_TEXT, TROUBLE, QUANTITY, CODE), min_size=1, max_size=20), max_size=8),
    delimiter=st.sampled_from(",;\t"),
    joined=st.booleans(),
)
def test_any_table_ends_in_a_verdict(
    judge_bytes: Judge, header: Cells, whole: Cells, rows: list[Cells], delimiter: str, joined: bool
) -> None:
    """joined: whether cells are joined by the delimiter without any quotes."""
    table = [whole + header, *rows]
    data = "\n".join(delimiter.join(row) for row in table).encode() if joined else to_bytes(table, delimiter)
    verdict = judge_bytes(data, max_quarantined=1)
    if verdict.refused is not None:
        assert len(verdict.refused.message) < 600 and "\n" not in verdict.refused.message


@examples(40)
@given(
    seed=st.integers(0, 10_000),
    delimiter=st.sampled_from(",;\t"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    form=st.sampled_from(["wide", "described", "long"]),
)
def test_order_delimiter_and_quotes_do_not_matter(
    judge_bytes: Judge, seed: int, delimiter: str, quoting: int, form: str
) -> None:
    draw = random.Random(seed)
    rows = healthy(30)
    if form != "wide":
        rows = with_description(rows) if form == "described" else to_long(rows)
    columns = draw.sample(range(len(rows[0])), len(rows[0]))
    shuffled = [rows[0], *draw.sample(rows[1:], len(rows) - 1)]
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([row[column] for column in columns] for row in shuffled)
    verdict = judge_bytes(sink.getvalue().encode())
    assert (verdict.refused, faults_of(verdict), verdict.warnings) == (None, [], [])
    assert same_sales(verdict.sales, judge_bytes(HEALTHY).sales)


@examples(60)
@given(
    rows=st.lists(ROW, min_size=1, max_size=8, unique_by=lambda row: row[0].strip()),
    gaps=st.sampled_from(["refuse", "zero"]),
    as_of=st.sampled_from([None, "10"]),
)
def test_wide_and_long_agree(judge_bytes: Judge, rows: list[Cells], gaps: str, as_of: str | None) -> None:
    filler = ["filler", *["1"] * WEEKS]  # so that no week is missing for all products
    wide = [HEADER, filler, *(row for row in rows if row[0].strip())]
    one = judge_bytes(to_bytes(wide), as_of, gaps=gaps, max_quarantined=1)
    other = judge_bytes(to_bytes(to_long(wide)), as_of, gaps=gaps, max_quarantined=1)
    assert same_sales(one.sales, other.sales)
    # A row without any number may leave no trace in a long file.
    aside = [{code for code, rule, *_ in faults_of(verdict) if rule != "no_sales"} for verdict in (one, other)]
    assert aside[0] == aside[1]
