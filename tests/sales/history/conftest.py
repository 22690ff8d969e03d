"""What a store knows, as it lies there: one file a week."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from tasks.sales.history.long_table import to_long
from tasks.store.paths import sales_file
from tasks.store.publishing.sales_weeks import known_sales, write_week
from tasks.store.store import Store

Know = Callable[[pa.Table, date | None], ds.Dataset]


@pytest.fixture
def know(tmp_path: Path) -> Know:
    """A function that keeps a wide table's sales as a store does, and opens them."""

    def keep(wide: pa.Table, start: date | None) -> ds.Dataset:
        store, files = Store(str(tmp_path / "store")), []
        for name in wide.column_names[1:]:
            files.append(sales_file(int(name[1:])))
            with store.replacing(files[-1]) as aside:
                write_week(aside, [to_long(wide.select(["product_code", name]), start)])
        known = known_sales(store, files)
        assert known
        return known

    return keep
