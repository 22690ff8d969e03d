"""`weekcast report`: the page of the forecast that is published, written anew."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from flows.commands.stores.asking import ask, ask_store
from flows.commands.stores.outputs import replacing, require_place
from flows.console import print_line
from tasks.page.contents import Page
from tasks.page.page import render
from tasks.shown.account import find_most, read_account
from tasks.shown.gathering import gather_page
from tasks.shown.ordered import read_orders
from tasks.store.snapshot import Snapshot


def report_on_store(root: str, products: Sequence[str], out: Path) -> None:
    """Write the page of a store's latest forecast to a file, of all products or of those that are named."""
    ask_store(root)
    require_place(out, root)
    page = ask(root, partial(_gather, products))
    with replacing(out) as aside:
        aside.write_text(render(page), encoding="utf-8")
    account, shown = page.account, len(page.listing.codes)
    print_line(f"{out}: {shown:,} of {account.forecast_products:,} products, W{account.as_of_week}")


def _gather(products: Sequence[str], snapshot: Snapshot) -> Page:
    account = read_account(snapshot)
    most, orders = find_most(snapshot, account), read_orders(snapshot)
    return gather_page(snapshot, account, most, products=products, orders=orders, is_published=True)
