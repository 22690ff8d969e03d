"""A file of which too much is set aside is refused, and the message says what to do."""

from __future__ import annotations

import pytest

from tests.sales.tables import HEADER, WEEKS, ExpectRefusal, Judge, edited, healthy, to_bytes, to_long

ROWS = healthy()
PLAIN = to_bytes(ROWS)
LONG = to_long(ROWS)


@pytest.mark.parametrize(("bad", "refused"), [(2, False), (3, True)])
def test_more_than_the_share_allowed_is_refused(judge_bytes: Judge, bad: int, refused: bool) -> None:
    verdict = judge_bytes(to_bytes(edited(ROWS, *((2 + n, 3, "many") for n in range(bad)))))
    assert (verdict.refused is not None) == refused
    assert (verdict.quarantine.num_rows, verdict.sales.num_rows, verdict.products) == (bad, 40 - bad, 40)
    if verdict.refused:
        assert "3 of 40" in verdict.refused.message
        assert "not_a_number 3, first not_a_number 'many' on line 2" in verdict.refused.message
        assert (
            judge_bytes(to_bytes(edited(ROWS, (2, 3, "?"), (3, 3, "?"), (4, 3, "?"))), max_quarantined=0.1).refused
            is None
        )


def test_exactly_the_share_allowed_is_accepted(judge_bytes: Judge) -> None:
    data = to_bytes(edited(healthy(100), *((line, 3, "?") for line in range(2, 31))))
    assert judge_bytes(data, max_quarantined=0.29).refused is None
    assert judge_bytes(data, max_quarantined=0.28).refused is not None


def test_the_share_set_aside_of_a_long_file_counts_all_rows_of_a_product(judge_bytes: Judge) -> None:
    data = to_bytes(edited(LONG, (6, 2, "x"), (20, 2, "x"), (30, 2, "x")))
    refused = judge_bytes(data).refused
    assert refused is not None and "36 of 480" in refused.message
    assert judge_bytes(data, max_quarantined=0.075).refused is None


def test_a_file_without_any_good_product_is_refused_with_any_settings(judge_bytes: Judge) -> None:
    rows = [HEADER, ["P1", *["x"] * WEEKS]]
    refused = judge_bytes(to_bytes(rows), max_quarantined=1).refused
    assert refused is not None and "one product" in refused.message


def test_a_refusal_for_too_many_gaps_names_the_setting(judge_bytes: Judge) -> None:
    data = to_bytes(edited(ROWS, *((line, 5, "") for line in range(2, 6))))
    refused = judge_bytes(data).refused
    assert refused is not None and "--set gaps=zero" in refused.message
    assert judge_bytes(data, gaps="zero").refused is None
    long = to_bytes(to_long(edited(ROWS, *((line, 5, "") for line in range(2, 6)))))
    refused = judge_bytes(long).refused
    assert refused is not None and "--set gaps=zero" in refused.message and "44 of 476" in refused.message


@pytest.mark.parametrize("cell", ["?", "3000000000", "-4"])
def test_a_refusal_ends_in_the_setting_that_admits_the_file(judge_bytes: Judge, cell: str) -> None:
    data = to_bytes(edited(ROWS, *((line, 3, cell) for line in range(2, 9))))
    refused = judge_bytes(data).refused
    assert refused is not None
    ((setting,),) = [remedy.settings for remedy in refused.remedies]
    name, _, value = setting.partition("=")
    assert judge_bytes(data, **{name: value}).refused is None


def test_weeks_that_begin_anew_each_year_are_no_transactions(judge_bytes: Judge) -> None:
    rows = [*LONG, *([code, week, f"{int(units) + 1}"] for code, week, units in LONG[1:])]
    refused = judge_bytes(to_bytes(rows)).refused
    assert refused is not None and "the year" in refused.message and "transactions" not in refused.message


def test_mixed_decimal_signs_are_named(judge_bytes: Judge) -> None:
    rows = [[cell + ",5" if cell.isdigit() else cell for cell in row] for row in ROWS]
    refused = judge_bytes(to_bytes(edited(rows, (2, 2, "2.5")), ";")).refused
    assert refused is not None and "--set decimal=," in refused.message


REFUSED: list[tuple[str, bytes, tuple[str, ...]]] = [
    ("an unclosed quote", PLAIN.replace(b"P020", b'"P020'), ("too_few_fields 1", "line 22", "max_quarantined")),
    ("every row bad", to_bytes(edited(ROWS, *((line, 3, "?") for line in range(2, 42)))), ("40 of 40",)),
]


@pytest.mark.parametrize(("data", "fragments"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_bad_file_is_refused(expect_refusal: ExpectRefusal, data: bytes, fragments: tuple[str, ...]) -> None:
    expect_refusal(data, fragments)
