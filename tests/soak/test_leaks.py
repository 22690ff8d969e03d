"""One of the recipes and methods for which `make soak` replaces what is sold later by noise."""

from __future__ import annotations

from tests.server import PrefectServer
from tests.soak import leaks
from tests.soak.workshop import workshop


def test_what_is_sold_later_changes_no_byte_of_a_forecast(prefect_server: PrefectServer) -> None:
    with workshop(prefect_server) as shop:
        rows = list(leaks.measure(shop, [leaks.CASES.index("auto")]))
    assert len(rows) == 1
    assert [row for row in rows if not leaks.is_good(row)] == []
    assert {"short_history", "inactive"} <= set(rows[0]["rows by method"])
