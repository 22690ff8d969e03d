"""Orders are made for a forecast that is published, after its run has written its page, which then tells of them."""

from __future__ import annotations

import pyarrow as pa

from tasks.page.page import render
from tasks.shown.account import find_most, read_account
from tasks.shown.gathering import gather_page
from tasks.store.publishing.beside import publish_beside
from tasks.store.publishing.registry import ORDERS
from tasks.store.snapshot import Snapshot


def publish_orders(snapshot: Snapshot, orders: pa.Table) -> None:
    """Publish orders beside the latest forecast, and the page of its run with them; the store has to be open."""
    account = read_account(snapshot)
    page = gather_page(snapshot, account, find_most(snapshot, account), orders=orders)
    publish_beside(snapshot, ORDERS, orders, render(page))


def read_orders(snapshot: Snapshot) -> pa.Table | None:
    """Those of the latest forecast; None where there are none."""
    return snapshot.store.read_table(ORDERS.path) if snapshot.is_whole(ORDERS.path) else None
