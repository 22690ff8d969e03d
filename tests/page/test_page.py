"""The page shows what it was given, escapes text from outside, and loads nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pyarrow as pa
import pytest

from tasks.page.contents import Gate, Page, Revision, Showcase
from tasks.page.page import render
from tests.page.conftest import build_scores

VOID = {"meta", "link", "br", "path"}
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
        self.feed(html)
        self.close()
        assert self.open == []

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

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
        if "style" not in self.open:
            self.words.append(data)
        if {"th", "td"} & set(self.open):
            self.cells[-1][-1] += data


def test_numbers_are_those_given(make_page: Callable[..., Page]) -> None:
    page = Reader(render(make_page()))
    assert ["W12", "2024-03-25", "1,200", "+9.6 %"] in page.rows  # usual: (1080 + 1090 + 1100 + 1110) / 4 = 1095
    assert ["W14", "2024-04-08", "985", "-10.0 %"] in page.rows
    assert ["network lstm best", "1.750", "2.000", "2.250", "2.000", "3.007", "-0.250", "87.5 %"] in page.rows
    assert ["last week again last_value", "3.000", "3.500", "4.000", "3.500", "4.518", "-0.250", "87.5 %"] in page.rows
    assert ["P7", "negative", "-4", "9", "W5"] in page.rows
    assert ["short_history", "too few weeks since launch", "4"] in page.rows
    for words in (
        "Sales forecast as of W11, the week of Monday 2024-03-18",
        "Products forecast 1,234 2 rows set aside · 1 warning",
        "The forecast beats the mean of seven weeks by 20.0 %: it errs by 2.000 units on average, the mean by 2.500.",
        "Scored at 3 past weeks, W6 to W8",
        "In 1 of 3 classes of volume, these past forecasts came from another method than the new forecast.",
        "P1 lately 4.5 a week, W12: 4.5 (1 to 8)",
        "File sales.csv Rows 1,236 Products accepted 1,234 Weeks 12, W0 to W11",
        "1 by gap, 1 by negative.",
        "Run run-0123 Model model-4567 Weekcast 0.1.0",
    ):
        assert words in page.text


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_stays_text(
    text: str,
    make_page: Callable[..., Page],
    make_showcase: Callable[..., Showcase],
    make_set_aside: Callable[..., pa.Table],
) -> None:
    expected = [tag for tag, _ in Reader(render(make_page(**_with("harmless", make_showcase, make_set_aside)))).tags]
    page = Reader(render(make_page(**_with(text, make_showcase, make_set_aside))))
    assert [tag for tag, _ in page.tags] == expected
    assert page.text.count(" ".join(text.split())) == 8
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)


def _with(
    text: str, make_showcase: Callable[..., Showcase], make_set_aside: Callable[..., pa.Table]
) -> dict[str, object]:
    return {
        "showcases": [make_showcase(product_code=text, method="short_history", reason=text)],
        "set_aside": make_set_aside((text, "gap", text, 3)),
        "set_aside_counts": [("gap", 1)],
        "methods": [(text, text, 1)],
        "file_name": text,
        "warnings": [text],
    }


def test_nothing_is_loaded_from_outside(make_page: Callable[..., Page]) -> None:
    html = render(make_page())
    assert not re.search(r"https?:|@import|url\(|<script|<iframe", html)
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
    assert sum(tag == "table" for tag, _ in tags) == sum(tag == "caption" for tag, _ in tags) == 4


def test_the_same_page_gives_the_same_bytes(make_page: Callable[..., Page]) -> None:
    assert render(make_page()) == render(make_page())


def test_one_product_of_a_file_without_scores_calendar_or_faults(
    make_page: Callable[..., Page], make_set_aside: Callable[..., pa.Table]
) -> None:
    changes: dict[str, Any] = {
        "products": 1,
        "rows": 1,
        "as_of_date": None,
        "scores": None,
        "scored_origins": [],
        "losses": [],
    }
    page = Reader(render(make_page(**changes, warnings=[], set_aside=make_set_aside(), set_aside_counts=[])))
    assert "The history is too short to score" in page.text
    assert "Products forecast 1 nothing set aside" in page.text
    assert "Nothing: every row of the file was good." in page.text
    assert "No network was trained in this run." in page.text
    assert "All of them, the largest first." in page.text
    assert "Monday" not in page.text
    assert "Warnings" not in page.text


def test_a_flat_zero_history(
    make_page: Callable[..., Page], make_showcase: Callable[..., Showcase], make_forecast: Callable[..., pa.Table]
) -> None:
    silent = make_showcase(units=[0.0] * 12, past=make_forecast(), coming=make_forecast((12, 0, 0, 0)))
    changes = {"totals_observed": [(week, 0.0) for week in range(12)], "totals_expected": [0.0]}
    page = Reader(render(make_page(**changes, showcases=[silent])))
    assert "nothing sold in the last 4 weeks" in page.text
    assert "forecast of past weeks" not in page.text


def test_long_lists_are_cut_and_say_so(make_page: Callable[..., Page], make_set_aside: Callable[..., pa.Table]) -> None:
    rows = make_set_aside(*((f"P{line}", "gap", None, line) for line in range(1, 81)))
    methods = [(f"method {number}", "why", 1) for number in range(60)]
    page = Reader(render(make_page(set_aside=rows, set_aside_counts=[("gap", 41_000)], methods=methods)))
    assert sum(row[1:2] == ["gap"] for row in page.rows) == 50
    assert "41,000 rows: 41,000 by gap." in page.text
    assert "and 40,950 more" in page.text
    assert "and 10 more" in page.text


def test_a_long_code_is_cut_with_more_of_it_in_its_title(
    make_page: Callable[..., Page], make_showcase: Callable[..., Showcase]
) -> None:
    html = render(make_page(showcases=[make_showcase(product_code="x" * 100_000)]))
    assert "x" * 40 + "…" in Reader(html).text
    assert f'title="{"x" * 400}"' in html
    assert len(html) < 40_000


def test_only_some_of_many_horizons_have_a_column(
    make_page: Callable[..., Page], make_scores: Callable[..., pa.Table]
) -> None:
    errors = [float(horizon) for horizon in range(1, 27)]
    page = Reader(render(make_page(scores=make_scores(lstm=errors, mean_7=errors), totals_expected=[1.0] * 26)))
    assert [f"{horizon:.2f}" for horizon in (1, 6, 11, 16, 21, 26)] == next(
        row for row in page.rows if row[0].startswith("network")
    )[1:7]
    assert sum(re.fullmatch(r"W\d+", row[0]) is not None for row in page.rows) == 26


def test_weeks_left_out_on_request_are_named(make_page: Callable[..., Page]) -> None:
    assert "W0 to W20; those after W11 were left out on request" in Reader(render(make_page(last_week=20))).text


def test_a_sample_is_named_with_its_standard_error(make_page: Callable[..., Page]) -> None:
    scores = build_scores(lstm=[1.75, 2.0, 2.25], mean_7=[2.0, 2.5, 3.0])
    place = scores.schema.get_field_index("mae_error")
    sampled = scores.set_column(place, "mae_error", pa.array([0.125] * scores.num_rows))
    page = render(make_page(scores=sampled, scored_products=600))
    assert "600 products were scored" in page
    assert "± 0.12" in page
    everyone = render(make_page(scores=scores, scored_products=1234))
    assert "±" not in everyone


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
    revisions = [Revision("P<1>", 12, 33.0, 28.0, -4.0, -1.5, 0.5), Revision("P2", 13, 5.0, 4.0, None, None, None)]
    page = Reader(render(make_page(revisions=revisions)))
    assert ["P<1>", "W12", "33", "28", "-4.0", "-1.5", "+0.5"] in page.rows
    assert ["P2", "W13", "5", "4", "–", "–", "–"] in page.rows
