"""The page in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tasks.page.contents import Page, Showcase
from tasks.page.page import render

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

WIDTHS = {"phone": 390, "desktop": 1280}


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_the_page_fits_the_screen(
    browser_page: Tab,
    width: int,
    tmp_path: Path,
    make_page: Callable[..., Page],
    make_showcase: Callable[..., Showcase],
) -> None:
    codes = ("P1", "x" * 5000, "\u202eقطعة غيار", "<script>document.title = 'taken'</script>")
    showcases = [make_showcase(product_code=code) for code in codes]
    html = tmp_path / "latest.html"
    html.write_text(render(make_page(showcases=showcases, file_name="f" * 300, totals_expected=[1e15] * 26)), "utf-8")
    requests: list[str] = []
    messages: list[str] = []
    browser_page.on("request", lambda request: requests.append(request.url))
    browser_page.on("console", lambda message: messages.append(message.text))

    browser_page.set_viewport_size({"width": width, "height": 844})
    browser_page.goto(html.as_uri())

    assert browser_page.title() == "Weekcast: forecast as of W11"
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width
    assert [figure.is_visible() for figure in browser_page.get_by_role("img").all()] == [True] * 6
    assert browser_page.get_by_text("<script>document.title").is_visible()
    assert (requests, messages) == ([html.as_uri()], [])
