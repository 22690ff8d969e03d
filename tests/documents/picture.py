"""Take a picture for the README: `python -m tests.documents.picture URL OUT.png [TEXT TO WAIT FOR]`.

The URL is that of a run in the Prefect UI, or of a report (file:///…/reports/latest.html).
"""

from __future__ import annotations

import sys

from tests.browser import open_page

LOADING = 30_000  # milliseconds
DRAWING = 3_000  # milliseconds; the run's timeline is drawn on a canvas, which does not show when it is ready


def take(url: str, out: str, text: str | None) -> None:
    """Open a page, wait for a text on it and for its drawings, and save a picture of it."""
    with open_page() as page:
        page.goto(url)
        if text:
            page.get_by_text(text).first.wait_for(timeout=LOADING)
        page.wait_for_timeout(DRAWING)
        page.screenshot(path=out)


if __name__ == "__main__":
    take(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
