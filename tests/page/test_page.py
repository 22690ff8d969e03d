"""The page shows what it was given, escapes text from outside, and loads nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pyarrow as pa
import pytest

from tasks.page.contents import Gate, Group, Order, Page, Restated, Revision, Tasks
from tasks.page.judged import Miss, Total
from tasks.page.page import render
from tests.page.conftest import build_last, build_listing, build_scores

VOID = {"meta", "link", "br", "path", "input"}
HOSTILE = [
    "<script>alert(1)</script>",
    "\" onload='alert(1)' x=\"",
    "</p></svg><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}",
    "\u202eقطعة غيار",
    "商品🎁",
    "a\x00b\n\tc",
]


class Reader(HTMLParser):
    """Checks that tags nest, and keeps elements, table rows and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[list[str]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    @property
    def listing(self) -> str:
        """The JSON of the products."""
        return self.scripts[0]

    @property
    def rows(self) -> list[list[str]]:
        return [[" ".join(cell.split()) for cell in row] for row in self.cells]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open += [] if tag in VOID else [tag]
        if tag == "tr":
            self.cells.append([])
        elif tag in ("th", "td"):
            self.cells[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag
        if tag in ("dt", "dd", "th", "td"):
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if "script" in self.open:
            self.scripts.append(data)
        elif "style" not in self.open:
            self.words.append(data)
        if {"th", "td"} & set(self.open):
            self.cells[-1][-1] += data


def test_numbers_are_those_given(make_page: Callable[..., Page]) -> None:
    page = Reader(render(make_page()))
    # usual: (1080 + 1090 + 1100 + 1110) / 4 = 1095
    assert ["W12", "2024-03-25", "1,200", "1,100 to 1,300", "+9.6 %"] in page.rows
    assert ["W14", "2024-04-08", "985", "900 to 1,080", "-10.0 %"] in page.rows
    assert ["Together", "", "3,332", "3,150 to 3,520", ""] in page.rows
    assert ["W11", "1,200", "1,100 to 1,290", "1,110", "+8.1 %"] in page.rows
    assert ["network lstm best", "1.750", "2.000", "2.250", "2.000", "3.007", "-0.250", "87.5 %"] in page.rows
    assert ["last week again last_value", "3.000", "3.500", "4.000", "3.500", "4.518", "-0.250", "87.5 %"] in page.rows
    assert ["P7", "negative", "-4", "9", "W5"] in page.rows
    assert ["short_history", "too few weeks since launch", "4"] in page.rows
    for words in (
        "Sales forecast as of W11, the week of Mon 18 Mar 2024",
        "For W12 to W14, Mon 25 Mar 2024 to Sun 14 Apr 2024",
        "In W12 (from Mon 25 Mar 2024) all products together are expected to sell 1,200 units (1,100 to 1,300 in four",
        "2 rows set aside · 1 warning",
        "The forecast beats the mean of seven weeks by 20.0 %: it errs by 2.000 units on average, the mean by 2.500.",
        "forecasts were made now for 3 past weeks, W6 to W8",
        "In 1 of 3 classes of volume, these past forecasts came from another method than the new forecast.",
        "File sales.csv Rows 1,236 Products accepted 1,234 Weeks 12, W0 to W11",
        "1 by gap, 1 by negative.",
        "Run run-0123 Model model-4567 Weekcast 0.1.0",
    ):
        assert words in page.text


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_stays_text(
    text: str, make_page: Callable[..., Page], make_set_aside: Callable[..., pa.Table]
) -> None:
    expected = [tag for tag, _ in Reader(render(make_page(**_with("harmless", make_set_aside)))).tags]
    page = Reader(render(make_page(**_with(text, make_set_aside))))
    assert [tag for tag, _ in page.tags] == expected
    assert page.text.count(" ".join(text.split())) == 17
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert json.loads(page.listing)["codes"] == [text]


def _with(text: str, make_set_aside: Callable[..., pa.Table]) -> dict[str, object]:
    group = Group(text, 2, 10.0, Total(12, 11.0, 9.0, 12.0))
    tasks = Tasks(
        new=[(text, 3.0)],
        returned=[(text, 3.0)],
        left=[text],
        restated=[Restated(text, 9, 3.0, 5.0)],
        revisions=[Revision(text, 12, 3.0, 5.0, 2.0, 0.0, 0.0)],
        orders=[Order(text, 5.0, 13, 2.0, 9.0)],
        ordered=1,
    )
    whole = build_listing()
    one = {name: getattr(whole, name)[:1] for name in ("sold", "past", "coming", "answers", "new", "returned")}
    return {
        "listing": build_listing(codes=[text], set_aside=[(text, "gap", text, 3)], **one),
        "last": build_last(misses=[Miss(text, 90.0, 40.0, 30.0, 50.0)]),
        "tasks": tasks,
        "groups": [(text, [group])],
        "new": (text,),
        "returned": (text,),
        "left": (text,),
        "restated": 1,
        "set_aside": make_set_aside((text, "gap", text, 3)),
        "set_aside_counts": [("gap", 1)],
        "methods": [(text, text, 1)],
        "file_name": text,
        "warnings": (text,),
    }


def test_nothing_is_loaded_from_outside(make_page: Callable[..., Page]) -> None:
    html = render(make_page())
    assert not re.search(r"https?:(?!//www.w3.org/2000/svg)|@import|url\(|<iframe|fetch\(|XMLHttp", html)
    assert not re.search(r"unsafe|style=", html)
    links = [value or "" for _, attributes in Reader(html).tags for name, value in attributes.items() if name in LINKS]
    assert links
    assert all(link.startswith(("#", "data:")) for link in links)


LINKS = ("src", "href", "srcset", "xlink:href", "action", "poster")


def test_links_within_the_page_lead_somewhere(make_page: Callable[..., Page]) -> None:
    tags = Reader(render(make_page())).tags
    identifiers = [attributes["id"] for _, attributes in tags if "id" in attributes]
    targets = {f"{attributes.get('href')}"[1:] for tag, attributes in tags if tag == "a"}
    labels = {attributes["aria-labelledby"] for _, attributes in tags if "aria-labelledby" in attributes}
    assert len(identifiers) == len(set(identifiers))
    assert targets | labels <= set(identifiers)


def test_tables_and_figures_can_be_read_aloud(make_page: Callable[..., Page]) -> None:
    tags = Reader(render(make_page())).tags
    assert ("html", {"lang": "en"}) in tags
    assert all(attributes.get("scope") in ("row", "col") for tag, attributes in tags if tag == "th")
    assert all(
        attributes.get("role") == "img" and attributes.get("aria-label") for tag, attributes in tags if tag == "svg"
    )
    assert sum(tag == "table" for tag, _ in tags) == sum(tag == "caption" for tag, _ in tags) == 6


def test_the_same_page_gives_the_same_bytes(make_page: Callable[..., Page]) -> None:
    assert render(make_page()) == render(make_page())


def test_one_product_of_a_first_file_without_scores_calendar_or_faults(
    make_page: Callable[..., Page], make_set_aside: Callable[..., pa.Table]
) -> None:
    changes: dict[str, Any] = {
        "products": 1,
        "rows": 1,
        "first_date": None,
        "scores": None,
        "origins": (),
        "losses": (),
        "past": [],
        "methods": [("lstm", "", 1)],
    }
    page = Reader(render(make_page(**changes, warnings=(), set_aside=make_set_aside(), set_aside_counts=[])))
    for words in (
        "The history is too short to score",
        "To look at Nothing.",
        "Nothing: every row of the file was good.",
        "No network was trained in this run.",
        "No published forecast can be judged yet",
        "None can be judged yet: the weeks that they are for have not happened.",
    ):
        assert words in page.text
    assert "Mon" not in page.text
    assert "Warnings" not in page.text


def test_a_flat_zero_history(make_page: Callable[..., Page]) -> None:
    changes = {"observed": [(week, 0.0) for week in range(12)], "past": [], "coming": [Total(12, 0.0, 0.0, 0.0)]}
    page = Reader(render(make_page(**changes, span=None)))
    assert "nothing sold in the last 4 weeks" in page.text
    assert "published before the week" not in page.text


def test_long_lists_are_cut_and_say_so(make_page: Callable[..., Page], make_set_aside: Callable[..., pa.Table]) -> None:
    rows = make_set_aside(*((f"P{line}", "gap", None, line) for line in range(1, 81)))
    methods = [(f"method {number}", "why", 1) for number in range(60)]
    page = Reader(render(make_page(set_aside=rows, set_aside_counts=[("gap", 41_000)], methods=methods)))
    assert sum(row[1:2] == ["gap"] for row in page.rows) == 50
    assert "41,000 rows: 41,000 by gap." in page.text
    assert "and 40,950 more" in page.text
    assert "and 10 more" in page.text


def test_a_long_code_is_cut_with_more_of_it_in_its_title(make_page: Callable[..., Page]) -> None:
    miss = Miss("x" * 100_000, 90.0, 40.0, 30.0, 50.0)
    html = render(make_page(last=build_last(misses=[miss]), listing=build_listing(codes=["x" * 100_000, "P2"])))
    assert "x" * 40 + "…" in Reader(html).text
    assert f'title="{"x" * 400}"' in html
    assert len(html) < 60_000


def test_only_some_of_many_horizons_have_a_column(
    make_page: Callable[..., Page], make_scores: Callable[..., pa.Table]
) -> None:
    errors = [float(horizon) for horizon in range(1, 27)]
    coming = [Total(11 + ahead, 1.0, None, None) for ahead in range(1, 27)]
    page = Reader(render(make_page(scores=make_scores(lstm=errors, mean_7=errors), past=[], coming=coming)))
    assert [f"{horizon:.2f}" for horizon in (1, 6, 11, 16, 21, 26)] == next(
        row for row in page.rows if row and row[0].startswith("network")
    )[1:7]
    assert sum(re.fullmatch(r"W\d+", row[0]) is not None for row in page.rows if row) == 26


def test_a_sample_is_named_with_its_standard_error(make_page: Callable[..., Page]) -> None:
    scores = build_scores(lstm=[1.75, 2.0, 2.25], mean_7=[2.0, 2.5, 3.0])
    place = scores.schema.get_field_index("mae_error")
    sampled = scores.set_column(place, "mae_error", pa.array([0.125] * scores.num_rows))
    page = render(make_page(scores=sampled, scored=600))
    assert "600 products were scored" in page
    assert "± 0.12" in page
    # Where nothing is said to err, nothing explains how.
    for scored in (600, 1234):
        assert "±" not in render(make_page(scores=scores, scored=scored))


GATE = Gate(
    "ses",
    promoted=False,
    reason="ses erred 4.0% less than the network as of W6..W7",
    origins=[6, 7],
    errors=[("ses", 1.92, [1.9, 1.94]), ("challenger", 2.0, [2.1, 1.9]), ("champion", 2.05, [None, 2.05])],
)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "exponential smoothing ses answers: ses erred 4.0% less than the network as of W6..W7."),
        ({"method": "lstm", "promoted": True, "reason": ""}, "This week's model answers"),
        (
            {"method": "lstm", "reason": "it diverged"},
            "The champion, the model of an earlier week, answers: it diverged.",
        ),
    ],
)
def test_the_page_says_who_answers_and_by_which_errors(
    make_page: Callable[..., Page], changes: dict[str, Any], told: str
) -> None:
    page = Reader(render(make_page(gate=GATE._replace(**changes))))
    assert told in page.text
    assert ["exponential smoothing ses", "1.900", "1.940", "1.920"] in page.rows
    assert ["this week's network challenger", "2.100", "1.900", "2.000"] in page.rows
    assert ["what was published champion", "–", "2.050", "2.050"] in page.rows


def test_the_largest_revisions_say_what_made_them(make_page: Callable[..., Page]) -> None:
    revisions = [
        Revision("P<1>", 12, 33.0, 28.0, -4.0, -1.5, 0.5),
        Revision("P2", 13, 5.0, 4.0, None, None, None),
        Revision("P3", 13, 0.0, 4.0, 0.0, 0.0, 4.0),
        Revision("P4", 13, 5.0, 4.0, 0.25, -1.25, 0.0),
    ]
    page = Reader(render(make_page(tasks=Tasks(revisions=revisions))))
    assert ["P<1>", "W12", "33", "28", "-5", "-15.2 %", "what was sold last week"] in page.rows
    assert ["P2", "W13", "5", "4", "-1", "-20.0 %", "not known"] in page.rows
    assert ["P3", "W13", "0", "4", "+4", "from nothing", "the model was retrained"] in page.rows
    assert ["P4", "W13", "5", "4", "-1", "-20.0 %", "earlier figures were corrected"] in page.rows


def test_the_same_week_last_year_is_left_out_where_it_is_last_week(make_page: Callable[..., Page]) -> None:
    scores = build_scores(lstm=[1.0], last_value=[3.0], seasonal_last_value=[3.0], mean_7=[2.0])
    errors = [("last_value", 3.0, [3.0]), ("seasonal_last_value", 3.0, [3.0]), ("challenger", 1.0, [1.0])]
    gate = GATE._replace(origins=[6], errors=errors)
    assert "same week last year" not in Reader(render(make_page(scores=scores, gate=gate))).text
    errors[1] = ("seasonal_last_value", 2.5, [2.5])
    assert "same week last year" in Reader(render(make_page(scores=scores, gate=gate._replace(errors=errors)))).text


def test_what_has_to_be_looked_at_is_listed_and_leads_there(make_page: Callable[..., Page]) -> None:
    tasks = Tasks(new=[("N1", 7.0)], left=["G1"], orders=[Order("P2", 12.0, 13, 4.0, 40.0)], ordered=3)
    page = Reader(render(make_page(tasks=tasks, last=build_last(), new=("N1", "N2"), left=("G1",), restated=2)))
    assert ["P2", "90", "40", "30 to 50", "+50"] in page.rows
    assert ["P2", "12", "W13", "4", "40"] in page.rows
    told = (
        "To look at 3 products to order · 258 products outside of the interval last week · 3 products new, back or gone"
    )
    assert f"{told} · 2 corrected figures · 2 rows set aside · 1 warning" in page.text
    assert "New N1 (7 next week) and 1 more Gone G1" in page.text
    assert "2 products are new, 1 product is gone and 2 earlier figures are corrected by the file." in page.text


def test_groups_show_the_last_week_and_the_next(make_page: Callable[..., Page]) -> None:
    groups = [Group("Bread", 40, 210.5, Total(12, 220.0, 190.0, 255.0), 230.0, 201.0)]
    unjudged = [Group("Fruit", 4, 10.5, Total(12, 22.0, 19.0, 25.0))]
    page = Reader(render(make_page(last=build_last(), groups=[("category", groups + unjudged)])))
    assert ["Bread", "40", "230", "201", "210", "220", "190 to 255"] in page.rows
    assert ["Fruit", "4", "–", "–", "10.5", "22", "19 to 25"] in page.rows


def test_what_is_not_the_network_is_said_once(make_page: Callable[..., Page]) -> None:
    page = Reader(render(make_page()))
    assert page.text.count("The network forecasts 1,230 of 1,234 products; 4 are forecast otherwise.") == 1
    assert page.text.count("too few weeks since launch") == 1
    assert "forecast otherwise" not in Reader(render(make_page(methods=[("lstm", "", 1234)]))).text
