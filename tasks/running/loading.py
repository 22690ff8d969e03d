"""Loading what an earlier step of the run has kept."""

from __future__ import annotations

from schemas.records import Sales
from tasks.models.history import History
from tasks.sales.weeks import monday_of
from tasks.store.store import Store


def load_history(store: Store, sales: Sales) -> History:
    """The run's accepted sales, which end at its as-of week."""
    return History.from_table(store.read_table(sales.path), monday_of(sales.first_week, sales.first_date))
