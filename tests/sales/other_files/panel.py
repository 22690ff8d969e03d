"""One panel of sales that every file holds, and how it is written as rows of cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import numpy as np
import pandas as pd

PRODUCTS, WEEKS = 24, 56
FIRST = date(2020, 6, 1)  # 2020 has 53 ISO weeks
CODES = [f"A{number:03}" for number in range(PRODUCTS)]
MONDAYS = [FIRST + timedelta(weeks=week) for week in range(WEEKS)]
UNITS = np.random.default_rng(7).poisson(np.linspace(8, 60, PRODUCTS)[:, None], (PRODUCTS, WEEKS)) + 1
SALES: dict[str, list[float]] = {code: row.astype(float).tolist() for code, row in zip(CODES, UNITS, strict=True)}

Name = Callable[[date], str]


def iso(day: date) -> str:
    """A date as in ISO 8601."""
    return day.isoformat()


def long_frame(week: Name = iso, columns: Iterable[str] = ("sku", "date", "qty")) -> pd.DataFrame:
    """One row a product and week."""
    rows = [
        (code, week(day), int(units))
        for code, row in zip(CODES, UNITS, strict=True)
        for day, units in zip(MONDAYS, row, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(columns))


def wide_frame(week: Name = iso, product: str = "sku") -> pd.DataFrame:
    """One row a product and one column a week."""
    frame = pd.DataFrame(UNITS, columns=[week(day) for day in MONDAYS])
    frame.insert(0, product, CODES)
    return frame


def split_days(units: int, days: int, seed: int) -> list[int]:
    """Units of a week, spread over its days."""
    return [int(part) for part in np.random.default_rng(seed).multinomial(units, np.full(days, 1 / days))]


def daily_frame(days: int = 7, last_days: int = 7, skipped: int = 0) -> pd.DataFrame:
    """One row a product and day: of the last week its first days, and of the first week not the skipped ones."""
    rows: list[tuple[str, str, int]] = []
    for place, (code, row) in enumerate(zip(CODES, UNITS, strict=True)):
        for week, (monday, units) in enumerate(zip(MONDAYS, row, strict=True)):
            parts = split_days(int(units), days, place * WEEKS + week)
            first, last = skipped if week == 0 else 0, last_days if week == WEEKS - 1 else days
            rows += [(code, iso(monday + timedelta(days=day)), parts[day]) for day in range(first, min(last, days))]
    return pd.DataFrame(rows, columns=["item_id", "date", "sales"])


def transactions(returns: bool = False) -> pd.DataFrame:
    """One row a sale: some products several times a day, and with returns some negative."""
    rows: list[tuple[str, str, int, str, float]] = []
    for place, (code, row) in enumerate(zip(CODES, UNITS, strict=True)):
        for week, (monday, units) in enumerate(zip(MONDAYS, row, strict=True)):
            back = 2 if returns and (place + week) % 5 == 0 else 0
            for number, part in enumerate([*split_days(int(units) + back, 4, place * WEEKS + week), -back]):
                if part:
                    day = monday + timedelta(days=3 * (number // 2))
                    rows.append((f"INV{len(rows)}", code, part, f"{day} {8 + number:02}:15:00", 1.5))
    frame = pd.DataFrame(rows, columns=["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice"])
    return frame.sample(frac=1, random_state=3)


def to_csv(frame: pd.DataFrame, **options: object) -> bytes:
    """A table as pandas writes it, without its index."""
    return str(frame.to_csv(**({"index": False} | options))).encode()  # type: ignore[call-overload]
