"""What a planner does: opens the report on Monday, at a desk, on a phone, on paper and in the dark."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deployments.trials.people.told import head, quote, tell
from tests.browser import open_page

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

LOOKS: tuple[tuple[str, Any, Any], ...] = (
    ("desk", {"width": 1400, "height": 900}, {"color_scheme": "light"}),
    ("dark", {"width": 1400, "height": 900}, {"color_scheme": "dark"}),
    ("phone", {"width": 390, "height": 844}, {"color_scheme": "light"}),
    ("paper", {"width": 794, "height": 1123}, {"media": "print"}),
)
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
_WIDTHS = "`${document.documentElement.scrollWidth} of ${innerWidth}`"
_PAGES = re.compile(rb"/Type\s*/Page\b")


def try_as_planner(report: Path, folder: Path) -> None:
    """Look at a report in a real browser, print what stands where, and leave pictures in a folder."""
    with open_page() as tab:
        tab.set_viewport_size(LOOKS[0][1])
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(report.as_uri())
        tab.wait_for_selector("#table tbody tr")
        head(7, "A verdict at the top")
        quote(tab.locator("header").first.inner_text() + "\n" + _before_first_section(tab))
        head(8, "The total with its interval, and by group")
        _show_section(tab, "All products together")
        for heading in tab.locator("h2").all_inner_texts():
            if heading.startswith("By "):
                _show_section(tab, heading)
        head(9, "Every product")
        _try_table(tab, folder)
        tell(f"  {report.stat().st_size / 1e6:.2f} MB, first paint after {tab.evaluate(_PAINT) / 1000:.2f} s")
        tell(f"  asked of a network: {len(asked) - 1}")
        head(10, "A list of things to do")
        _show_section(tab, "To do")
        head(11, "At a desk, on a phone, on paper, in the dark")
        _take_pictures(tab, folder)


def _before_first_section(tab: Tab) -> str:
    body: str = tab.inner_text("main")
    return body.split(tab.locator("h2").first.inner_text())[0]


def _show_section(tab: Tab, heading: str) -> None:
    quote(tab.locator("section").filter(has=tab.locator("h2", has_text=heading)).first.inner_text())


def _try_table(tab: Tab, folder: Path) -> None:
    """Search, order, open a picture, and download the table."""
    rows = tab.locator("#table tbody tr")
    tell(f"  {tab.locator('#count').inner_text()}; the first: {rows.first.inner_text()!r}")
    tab.get_by_role("button", name="Product", exact=True).click()
    tell(f"  ordered by product: {rows.first.inner_text()!r}")
    code = tab.locator("#table tbody th").first.inner_text()
    tab.get_by_label("Search").fill(code)
    tell(f"  searched for {code}: {tab.locator('#count').inner_text()}")
    tab.locator("#table tbody th button").first.click()
    tell(f"  its picture: {tab.locator('#table tr.picture').get_by_role('img').get_attribute('aria-label')}")
    tab.get_by_label("Search").fill("")
    with tab.expect_download() as download:
        tab.get_by_text("Download as CSV").click()
    download.value.save_as(folder / "products.csv")
    tell(f"  downloaded: {(folder / 'products.csv').read_text('utf-8-sig').splitlines()[:2]}")


def _take_pictures(tab: Tab, folder: Path) -> None:
    for name, size, media in LOOKS:
        tab.set_viewport_size(size)
        tab.emulate_media(**media)
        tab.evaluate("scrollTo(0, 0)")
        tab.screenshot(path=folder / f"report_{name}.png")
        tell(f"  {name}: {tab.evaluate(_WIDTHS)} pixels wide")
    pages = len(_PAGES.findall(tab.pdf(path=folder / "report.pdf", format="A4", print_background=True)))
    tell(f"  on paper: {pages} pages, see report.pdf")
