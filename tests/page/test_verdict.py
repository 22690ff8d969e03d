"""The verdict says in words what the numbers say, and compares with what is usual only where that is known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tasks.page.judged import Level, Total, Vintage
from tasks.page.tiles import list_tiles
from tasks.page.verdict import tell_changes, tell_last
from tests.page.conftest import build_last, build_page


def test_it_tells_how_the_last_forecast_did() -> None:
    last = build_last(published_at=datetime(2024, 3, 18, 6, tzinfo=UTC))
    assert tell_last(build_page(last=last)) == (
        "For W11, the forecast as of W10, published on Mon 18 Mar 2024, expected 1,200 units (1,100 to 1,290 in four of"
        " five cases) of 1,230 products; 1,110 were sold: it was 8.1 % too high, inside its interval. Product by "
        "product it missed by 30 % of what was sold, better than usual (36 % in the 5 before). 79 % of the products "
        "sold within their 80 % interval, usually 81 %."
    )


@pytest.mark.parametrize(
    ("share", "told"), [(0.30, "better than usual"), (0.35, "as usual"), (0.40, "worse than usual")]
)
def test_better_and_worse_are_against_the_vintages_before(share: float, told: str) -> None:
    page = build_page(last=build_last(level=Level(2.0, share, 0.8)))
    assert f", {told} (36 % in the 5 before)" in tell_last(page)
    assert list_tiles(page, "")[1].note.endswith(told)


def test_what_is_usual_is_not_told_before_it_is_known() -> None:
    for weeks in (0, 2):
        told = tell_last(build_page(last=build_last(weeks=weeks)))
        assert "what is usual is known after 4 published forecasts" in told
        assert "than usual" not in told and "usually" not in told


def test_a_total_without_an_interval_is_not_judged_by_one() -> None:
    told = tell_last(build_page(last=build_last(total=Total(11, 1000.0, None, None))))
    assert "it was 9.9 % too low." in told
    assert "inside" not in told and "outside" not in told


def test_nothing_sold_has_no_share() -> None:
    told = tell_last(build_page(last=build_last(sold=0.0, level=Level(2.0, None, 0.8), usual=None)))
    assert "0 were sold: all of it was too much. Product by product it missed by 2 units on average" in told


def test_published_errors_and_those_of_past_weeks_are_never_mixed() -> None:
    vintages = [Vintage(10, 100, 2.0, 0.1, 0.8, "ses", 2.1, 2.5), Vintage(9, 300, 3.0, 0.1, 0.8, "ses", 3.1, 3.5)]
    first, later = (list_tiles(build_page(vintages=each), "20.0 % less")[2] for each in ([], vintages))
    assert (first.figure, first.note) == ("20.0 % less", "tried on past weeks")
    assert (later.figure, later.note) == ("15 % less", "of the last 2 published forecasts")


def test_it_tells_what_changed() -> None:
    nothing = "No product is new, back or gone, no earlier figure was corrected, and this week's model answers."
    assert tell_changes(build_page()) == nothing
    assert tell_changes(build_page(promoted=False, left=("a", "b"))) == (
        "2 products are gone and an earlier model answers, not this week's model."
    )
    assert "exponential smoothing answers" in tell_changes(build_page(promoted=False, method="ses"))
