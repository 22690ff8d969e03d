"""The page in a real browser: it fits the screen, its table and pictures work, and nothing is asked of a network."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest

from tasks.page.contents import Page
from tasks.page.judged import Total
from tasks.page.page import render
from tests.page.conftest import build_last, build_listing

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

WIDTHS = {"phone": 390, "desktop": 1280}
HOSTILE = ("P1", "x" * 5000, "\u202eقطعة غيار", "<script>document.title = 'taken'</script>", '=1+2"')


def open_page(tab: Tab, page: Page, folder: Path) -> list[str]:
    """Open a page from a file; returns what it asks for and what it complains of, as a list that grows."""
    html = folder / "latest.html"
    html.write_text(render(page), "utf-8")
    found: list[str] = []
    tab.on("request", lambda request: found.append(request.url))
    tab.on("console", lambda message: found.append(message.text))
    tab.on("pageerror", lambda error: found.append(str(error)))
    tab.goto(html.as_uri())
    tab.wait_for_selector("#table tbody tr")
    found.remove(html.as_uri())
    return found


def read_codes(tab: Tab) -> list[str]:
    return tab.locator("#table tbody th").all_inner_texts()


def give_products(codes: tuple[str, ...]) -> dict[str, object]:
    """As many products as codes, with the numbers of the first one."""
    one = build_listing()
    arrays = {name: np.repeat(getattr(one, name)[:1], len(codes), axis=0) for name in ("sold", "past", "coming", "new")}
    flat = {"answers": np.zeros(len(codes)), "returned": np.zeros(len(codes), bool)}
    return {"listing": build_listing(codes=list(codes), set_aside=[], **arrays, **flat)}


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_the_page_fits_the_screen(
    browser_page: Tab, width: int, tmp_path: Path, make_page: Callable[..., Page]
) -> None:
    browser_page.set_viewport_size({"width": width, "height": 844})
    coming = [Total(11 + ahead, 1e15, 9e14, 2e15) for ahead in range(1, 27)]
    page = make_page(file_name="f" * 300, coming=coming, **give_products(HOSTILE))
    found = open_page(browser_page, page, tmp_path)
    for button in browser_page.locator("#table tbody th button").all():
        button.click()
        picture = browser_page.locator("#table tr.picture svg").bounding_box()
        assert picture and 250 < picture["width"] <= width and picture["height"] < 300

    assert browser_page.title() == "Weekcast: forecast as of W11"
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width
    assert browser_page.get_by_text("<script>document.title").first.is_visible()
    assert found == []


def test_a_table_that_scrolls_says_so(browser_page: Tab, tmp_path: Path, make_page: Callable[..., Page]) -> None:
    browser_page.set_viewport_size({"width": 390, "height": 844})
    open_page(browser_page, make_page(), tmp_path)
    frame = browser_page.get_by_role("region", name="Error of each method")
    hint = frame.locator("xpath=following-sibling::p[1]")
    assert hint.inner_text() == "This table scrolls sideways."
    browser_page.set_viewport_size({"width": 1600, "height": 900})
    hint.wait_for(state="hidden")


def test_a_page_of_an_earlier_week_says_how_old_it_is(
    browser_page: Tab, tmp_path: Path, make_page: Callable[..., Page]
) -> None:
    for day, told in (("2024-03-25", ""), ("2024-04-02", " · its sales ended 8 days ago")):  # they end with 2024-03-24
        browser_page.clock.set_fixed_time(f"{day}T08:00:00Z")
        open_page(browser_page, make_page(), tmp_path)
        assert browser_page.locator("#age").text_content() == told


def test_products_are_searched_ordered_and_shown(
    browser_page: Tab, tmp_path: Path, make_page: Callable[..., Page]
) -> None:
    found = open_page(browser_page, make_page(last=build_last()), tmp_path)
    rows = [row.all_inner_texts() for row in (browser_page.locator("#table tbody tr").nth(0).locator("th, td"),)]
    assert rows == [["P2", "45", "20 to 70", "-32.3 %", "90", "40", "50", "new, outside last week, short_history"]]
    assert read_codes(browser_page) == ["P2", "P1", "P7"]
    browser_page.get_by_role("button", name="Product", exact=True).click()
    assert read_codes(browser_page) == ["P1", "P2", "P7"]
    browser_page.get_by_label("Show", exact=True).select_option("set aside")
    assert browser_page.locator("#table tbody tr").inner_text().endswith("set aside: negative (-4), line 9")
    browser_page.get_by_label("Show", exact=True).select_option("outside their interval last week")
    assert read_codes(browser_page) == ["P2"]
    browser_page.get_by_label("Show", exact=True).select_option("all")
    browser_page.get_by_label("Search").fill("p1")
    assert read_codes(browser_page) == ["P1"]
    assert browser_page.locator("#count").inner_text() == "1 product"
    browser_page.get_by_role("region", name="Products outside").get_by_role("button", name="P2").click()
    picture = browser_page.locator("#table tr.picture")
    assert picture.get_by_role("img").get_attribute("aria-label") == (
        "P2: units sold in each week, and forecast; W12: 45, 20 to 70"
    )
    assert "forecast by short_history: too few weeks since launch" in picture.inner_text()
    assert found == []


def test_the_picture_shows_the_numbers_it_was_given(
    browser_page: Tab, tmp_path: Path, make_page: Callable[..., Page]
) -> None:
    open_page(browser_page, make_page(listing=build_listing(first_known=[(0, 9, 2.0)])), tmp_path)
    browser_page.get_by_role("button", name="P1").click()
    paths = {
        path.get_attribute("class"): path.get_attribute("d") or ""
        for path in browser_page.locator("#table tr.picture svg path").all()
    }
    assert paths["observed"].count("L") == 11
    assert [paths[kind].count("M") for kind in ("past band", "past step", "coming band", "first step")] == [2, 2, 3, 1]
    browser_page.get_by_role("button", name="P2").click()
    line = browser_page.locator("#table tr.picture svg path.observed").get_attribute("d") or ""
    assert line.count("L") == 1  # it begins at the launch


def test_what_is_shown_can_be_downloaded(browser_page: Tab, tmp_path: Path, make_page: Callable[..., Page]) -> None:
    codes = ("P1", 'a "b", c', "=1+2", "-4", "x" * 5000)
    found = open_page(browser_page, make_page(**give_products(codes)), tmp_path)
    browser_page.get_by_role("button", name="Product", exact=True).click()
    with browser_page.expect_download() as waiting:
        browser_page.get_by_role("button", name="Download as CSV").click()
    assert waiting.value.suggested_filename == "forecast-W11.csv"
    with Path(waiting.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["product_code"] for row in rows} == {"P1", 'a "b", c', "'=1+2", "-4", "x" * 5000}
    shown = {
        name: rows[0][name] for name in ("sold_W11", "forecast_W11", "W12_p10", "W12_units", "W12_p90", "W14_mean")
    }
    assert shown == dict(zip(shown, ("6", "5", "1", "4.5", "8", "4.75"), strict=True))
    assert found == []


def test_it_prints_with_date_and_page_numbers_and_no_empty_page(
    browser_page: Tab, tmp_path: Path, make_page: Callable[..., Page]
) -> None:
    open_page(browser_page, make_page(last=build_last(), **give_products(tuple(f"P{n}" for n in range(40)))), tmp_path)
    browser_page.emulate_media(media="print")
    assert not browser_page.get_by_label("Search").is_visible()
    style = browser_page.locator("style").inner_text()
    assert 'content: "Weekcast, forecast as of W11, the week of Mon 18 Mar 2024"' in style
    assert 'content: "Page " counter(page) " of " counter(pages)' in style
    printed = browser_page.pdf(prefer_css_page_size=True)
    assert 2 <= printed.count(b"/Type /Page\n") <= 6


_CONTRASTS = """() => {
  const light = (color) => {
    const parts = color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
      .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const isOpaque = (color) => !color.endsWith(", 0)");
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const color = getComputedStyle(element).backgroundColor;
      if (isOpaque(color)) return color;
    }
  };
  const texts = [...document.querySelectorAll("body *:not(script, option)")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
  return texts.map((element) => {
    const style = getComputedStyle(element);
    const levels = [element.closest("svg") ? style.fill : style.color, behind(element)].map(light);
    return (Math.max(...levels) + 0.05) / (Math.min(...levels) + 0.05);
  });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out(
    browser_page: Tab, scheme: Literal["light", "dark"], tmp_path: Path, make_page: Callable[..., Page]
) -> None:
    browser_page.emulate_media(color_scheme=scheme)
    open_page(browser_page, make_page(last=build_last()), tmp_path)
    browser_page.get_by_role("button", name="P1").click()
    contrasts = browser_page.evaluate(_CONTRASTS)
    assert len(contrasts) > 100
    assert min(contrasts) >= 4.5
