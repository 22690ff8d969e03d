"""A real browser, for the tests and for the README's pictures."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

NAMES = (os.environ.get("WEEKCAST_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
NO_REQUESTS = (
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)


def find_chromium() -> str | None:
    """Path of the browser, searched in the same places as by `make packages`."""
    return next(filter(None, map(shutil.which, filter(None, NAMES))), None)


@contextmanager
def open_page() -> Iterator[Page]:
    """Start the browser for one empty page, and end it."""
    # Chromium's sandbox does not work for root.
    switches = [*NO_REQUESTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=find_chromium(), args=switches) as browser,
    ):
        yield browser.new_page(viewport={"width": 1280, "height": 900})
