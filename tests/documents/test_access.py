"""Nobody is kept out of the report: axe finds nothing, at a desk and on a phone, in the light and in the dark."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from axe_playwright_python.sync_playwright import Axe

from tests.command_line.command import in_this_process

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

WIDTHS = (1400, 390)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
READABLE = 4.5  # contrast, by WCAG 2.2, 1.4.3
COLOURS = """element => {
    const text = getComputedStyle(element), behind = [];
    for (let at = element; at; at = at.parentElement) behind.push(getComputedStyle(at).backgroundColor);
    const colour = element.closest("svg") ? text.fill : text.color;
    return [colour, behind.find(each => each != "rgba(0, 0, 0, 0)")];
}"""


def test_axe_finds_nothing_against_the_report(browser_page: Tab, analysed: Path, tmp_path: Path) -> None:
    assert in_this_process("report", analysed, "--out", tmp_path / "report.html").code == 0
    browser_page.goto((tmp_path / "report.html").as_uri())
    browser_page.locator("#table tbody th button").first.click()
    browser_page.locator("#table tr.picture svg").wait_for()
    for width, scheme in product(WIDTHS, SCHEMES):
        browser_page.set_viewport_size({"width": width, "height": 900})
        browser_page.emulate_media(color_scheme=scheme)
        found = Axe().run(browser_page, options=None).response
        assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]] == []
        assert {rule["id"] for rule in found["incomplete"]} <= {"color-contrast"}
        # axe does not judge texts of pictures, and single signs.
        unclear = [node["target"][0] for rule in found["incomplete"] for node in rule["nodes"]]
        seen = {place: find_contrast(browser_page, place) for place in unclear}
        assert {place: contrast for place, contrast in seen.items() if contrast < READABLE} == {}


def find_contrast(tab: Tab, place: str) -> float:
    """The contrast of a text with what lies behind it, as WCAG defines it."""
    light, dark = sorted(map(find_luminance, tab.eval_on_selector(place, COLOURS)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def find_luminance(colour: str) -> float:
    """The relative luminance of a colour such as `rgb(255, 0, 0)`."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)]
    assert len(parts) == 3, colour
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))
