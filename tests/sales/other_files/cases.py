"""The files: what each is, in words, and the settings that it needs where it cannot be read by itself."""

from __future__ import annotations

import gzip
import io
import sqlite3
import tempfile
import zipfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from tests.sales.other_files.panel import (
    CODES,
    FIRST,
    MONDAYS,
    SALES,
    UNITS,
    daily_frame,
    iso,
    long_frame,
    to_csv,
    transactions,
    wide_frame,
)

_SUNDAY = timedelta(days=-1)


@dataclass(frozen=True)
class Case:
    """A sales file.

    files: name and bytes; settings: what has to be set, which a refusal names where `refused` is a part of it; sales:
    of each product, by default those of the panel; first: the first day of week 0, None without a calendar; warned: a
    part of a warning; open: whether a person has to choose among settings.
    """

    files: dict[str, bytes]
    settings: tuple[str, ...] = ()
    refused: str = ""
    sales: dict[str, list[float]] = field(default_factory=lambda: SALES)
    first: date | None = FIRST
    warned: str = ""
    open: bool = False


def one(content: bytes, *settings: str, name: str = "sales.csv", **more: object) -> Case:
    """A case of one file."""
    return Case({name: content}, settings, **more)  # type: ignore[arg-type]


def _polars() -> bytes:
    return pl.from_pandas(long_frame()).write_csv().encode()


def _duckdb(parquet: bool = False) -> bytes:
    frame = long_frame().assign(date=lambda table: pd.to_datetime(table["date"]))
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.register("sales", frame)
        out = Path(folder) / "out"
        options = "FORMAT parquet" if parquet else "HEADER, DELIMITER '|'"
        connection.execute(f"COPY sales TO '{out}' ({options})")
        return out.read_bytes()


def _parquet(frame: pd.DataFrame) -> bytes:
    sink = io.BytesIO()
    frame.to_parquet(sink, index=False)
    return sink.getvalue()


def _zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as out:
        out.write(content)
    return bytes(sink.getvalue())


def _zip(content: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export/sales.csv", content)
    return sink.getvalue()


def _thousands(number: int, sign: str) -> str:
    return f"{number:,}".replace(",", sign)


def _stores(columns: tuple[str, ...] = ("store", "item", "date", "sales")) -> pd.DataFrame:
    """Every second product of the panel is one of another store: store S1 has items of the same names as S2."""
    frame = long_frame(columns=("code", "date", "sales"))
    number = frame["code"].str[1:].astype(int)
    frame.insert(0, "item", "I" + (number // 2).astype(str))
    frame.insert(0, "store", "S" + (number % 2 + 1).astype(str))
    return frame[["store", "item", "date", "sales"]].set_axis(list(columns), axis=1)


STORE_SALES = {f"I{place // 2}|S{place % 2 + 1}": SALES[code] for place, code in enumerate(CODES)}
BIG = {code: [units * 211 for units in row] for code, row in SALES.items()}
HALVES = {code: [units + 0.5 for units in row] for code, row in SALES.items()}


def _big() -> pd.DataFrame:
    return long_frame().assign(qty=lambda table: table["qty"] * 211)


def _halves() -> pd.DataFrame:
    return long_frame().assign(qty=lambda table: table["qty"] + 0.5)


def _m5() -> pd.DataFrame:
    frame = _wide_stores_of(_wide_daily().rename(columns={"item_id": "sku"}))
    days = [name for name in frame.columns if name[:2] == "20"]
    frame = frame.rename(columns={name: f"d_{place}" for place, name in enumerate(days, 1)})
    return frame.rename(columns={"sku": "item_id", "store_nbr": "store_id"}).assign(state_id="CA")


def _favorita() -> pd.DataFrame:
    frame = daily_frame()
    number = frame["item_id"].str[1:].astype(int)
    return pd.DataFrame(
        {
            "id": range(len(frame)),
            "date": frame["date"],
            "store_nbr": "S" + (number % 2 + 1).astype(str),
            "item_nbr": "I" + (number // 2).astype(str),
            "unit_sales": frame["sales"].astype(float),
        }
    )


def _wide_stores() -> pd.DataFrame:
    return _wide_stores_of(wide_frame())


def _wide_stores_of(frame: pd.DataFrame) -> pd.DataFrame:
    number = frame["sku"].str[1:].astype(int)
    frame.insert(0, "store_nbr", "S" + (number % 2 + 1).astype(str))
    return frame.assign(sku="I" + (number // 2).astype(str))


def _with_total() -> pd.DataFrame:
    frame = wide_frame()
    return pd.concat([frame, pd.DataFrame([["TOTAL", *UNITS.sum(axis=0)]], columns=frame.columns)])


def _wide_daily() -> pd.DataFrame:
    return daily_frame().pivot(index="item_id", columns="date", values="sales").reset_index()


def _year_week() -> pd.DataFrame:
    frame = long_frame(columns=("article_no", "day", "quantity"))
    calendar = pd.to_datetime(frame["day"]).dt.isocalendar()
    frame.insert(1, "year", calendar["year"].to_numpy())
    frame.insert(2, "week", calendar["week"].to_numpy())
    return frame.drop(columns="day")


def iso_week(day: date) -> str:
    """A week as in ISO 8601."""
    return "{}-W{:02}".format(*day.isocalendar()[:2])


def _sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shop.db"
        with sqlite3.connect(file) as connection:
            long_frame().to_sql("sales", connection, index=False)
        connection.close()
        return file.read_bytes()


_MANY = [f"store_{place // 50}_item_{place % 50}" for place in range(2000)]


def _across(names: list[str]) -> pd.DataFrame:
    """One row a week and one column a product."""
    frame = pd.DataFrame({name: UNITS[place % len(CODES)] for place, name in enumerate(names)})
    frame.insert(0, "date", [iso(day) for day in MONDAYS])
    return frame


def _across_days() -> pd.DataFrame:
    return daily_frame().pivot(index="date", columns="item_id", values="sales").reset_index()


def _last_week(share: float) -> pd.DataFrame:
    frame = wide_frame()
    frame.iloc[:, -1] = (frame.iloc[:, -1] * share).astype(int)
    return frame


def _parts(frame: pd.DataFrame, number: int) -> list[pd.DataFrame]:
    return [frame.iloc[rows] for rows in np.array_split(np.arange(len(frame)), number)]


CASES: dict[str, Case] = {
    "pandas, long": one(to_csv(long_frame())),
    "pandas, long with its index": one(to_csv(long_frame(), index=True)),
    "pandas, wide with its index": one(to_csv(wide_frame().set_index("sku"), index=True)),
    "pandas, wide with an index without a name": one(
        to_csv(wide_frame().set_index("sku").rename_axis(None), index=True)
    ),
    "pandas, decimal comma": one(to_csv(_halves(), decimal=",", sep=";"), sales=HALVES),
    "pandas, decimal comma between commas": one(to_csv(_halves(), decimal=","), sales=HALVES),
    "pandas, Parquet": one(_parquet(long_frame()), name="sales.parquet"),
    "pandas, Parquet with times": one(
        _parquet(long_frame().assign(date=lambda table: pd.to_datetime(table["date"]))), name="sales.parquet"
    ),
    "pandas, wide Parquet with blanks": one(_parquet(wide_frame().astype({iso(FIRST): float})), name="sales.parquet"),
    "polars": one(_polars()),
    "DuckDB, between bars": one(_duckdb()),
    "DuckDB, Parquet": one(_duckdb(parquet=True), name="sales.parquet"),
    "statsforecast's names": one(to_csv(long_frame(columns=("unique_id", "ds", "y")))),
    "R, write.csv2": one(to_csv(_halves(), decimal=",", sep=";", quoting=2, index=True), sales=HALVES),
    "R, wide with names made valid": one(to_csv(wide_frame(lambda day: f"X{day:%Y.%m.%d}"), quoting=2)),
    "Excel, German": one(
        b"\xef\xbb\xbf" + to_csv(long_frame(lambda day: f"{day:%d.%m.%Y}", ("Artikelnr", "Datum", "Menge")), sep=";")
    ),
    "Excel, thousands with points": one(
        to_csv(_big().assign(qty=lambda table: table["qty"].map(lambda units: _thousands(units, "."))), sep=";"),
        "thousands=.",
        refused="thousands=. or --set decimal=.",
        open=True,
        sales=BIG,
    ),
    "Excel, points and a decimal comma": one(
        to_csv(
            _big().assign(qty=lambda table: table["qty"].map(lambda units: f"{_thousands(units, '.')},00")), sep=";"
        ),
        sales=BIG,
    ),
    "Excel, English thousands": one(
        to_csv(_big().assign(qty=lambda table: table["qty"].map(lambda units: _thousands(units, ",")))),
        "thousands=,",
        refused="thousands=, or --set decimal=,",
        open=True,
        sales=BIG,
    ),
    "French blanks between thousands": one(
        to_csv(_big().assign(qty=lambda table: table["qty"].map(lambda units: _thousands(units, "\u202f"))), sep=";"),
        sales=BIG,
    ),
    "Swiss apostrophes and francs": one(
        to_csv(_big().assign(qty=lambda table: table["qty"].map(lambda units: f"CHF {_thousands(units, chr(39))}"))),
        sales=BIG,
    ),
    "Excel, UTF-16 between tabs": one(
        to_csv(long_frame(), sep="\t").decode().encode("utf-16"), "encoding=utf-16", refused="encoding=utf-16"
    ),
    "Latin-1": one(
        to_csv(long_frame(columns=("sku", "date", "qty")).assign(größe="weiß")).decode().encode("cp1252"),
        "encoding=cp1252",
        refused="encoding=cp1252",
        warned="größe",
    ),
    "American dates": one(to_csv(long_frame(lambda day: f"{day.month}/{day.day}/{day.year}"))),
    "European dates": one(to_csv(long_frame(lambda day: f"{day:%d/%m/%Y}"))),
    "dates with names of months": one(to_csv(long_frame(lambda day: f"{day:%d-%b-%Y}"))),
    "dates without signs": one(to_csv(long_frame(lambda day: f"{day:%Y%m%d}"))),
    "dates with a declared format": one(
        to_csv(long_frame(lambda day: f"{day:%y|%m|%d}")), "date_format=%y|%m|%d", refused="date_format=%y|%m|%d"
    ),
    "ISO weeks over a year of 53": one(to_csv(long_frame(iso_week, ("material", "iso_week", "units_sold")))),
    "years and weeks as one number": one(
        to_csv(long_frame(lambda day: iso_week(day).replace("-W", ""), ("material", "calweek", "units_sold")))
    ),
    "years and weeks in two columns": one(to_csv(_year_week())),
    "fiscal weeks": one(to_csv(long_frame(lambda day: f"{(day - FIRST).days // 7 + 1}")), first=None),
    "wide, dates as heads": one(to_csv(wide_frame())),
    "wide, American dates as heads": one(to_csv(wide_frame(lambda day: f"{day:%m/%d/%Y}", "Item Number"))),
    "wide, ISO weeks as heads": one(to_csv(wide_frame(iso_week, "article"))),
    "wide, week 1 to 56": one(
        to_csv(wide_frame(lambda day: f"Week {(day - FIRST).days // 7 + 1}", "Product")), first=None
    ),
    "wide, days as heads": one(to_csv(_wide_daily())),
    "daily": one(to_csv(daily_frame())),
    "daily, closed on Sundays": one(to_csv(daily_frame(days=6))),
    "daily, until a Wednesday": one(
        to_csv(daily_frame(last_days=3)),
        sales={code: row[:-1] for code, row in SALES.items()},
        warned="Wednesday",
    ),
    "daily, from a Thursday": one(
        to_csv(daily_frame(skipped=3)),
        sales={code: row[1:] for code, row in SALES.items()},
        first=MONDAYS[1],
        warned="left out",
    ),
    "Sunday weeks": one(
        to_csv(long_frame(lambda day: iso(day + _SUNDAY))),
        "week_starts=sunday",
        refused="Sundays such as 2020-05-31; --set week_starts=sunday",
        first=FIRST + _SUNDAY,
    ),
    "an ERP's transactions with returns": one(
        to_csv(transactions(returns=True)), "rows=transactions", refused="--set rows=transactions"
    ),
    "transactions": one(to_csv(transactions()), "rows=transactions", refused="--set rows=transactions"),
    "stores and items": one(to_csv(_stores()), sales=STORE_SALES),
    "a product, a store and promised names": one(
        to_csv(_stores(("store", "product_code", "week", "units"))), sales=STORE_SALES
    ),
    "stores under a name nobody knows": one(
        to_csv(_stores(("Verkaufspunkt", "item", "date", "sales"))),
        "product=item,Verkaufspunkt",
        refused="Verkaufspunkt",
        sales=STORE_SALES,
    ),
    "wide, stores and items": one(to_csv(_wide_stores()), sales=STORE_SALES),
    "two columns of products": one(
        to_csv(long_frame().assign(article="X")), "product=sku", refused="product=sku", warned="article"
    ),
    "two columns of units": one(
        to_csv(long_frame().assign(quantity=1)), "units=qty", refused="units=qty", open=True, warned="quantity"
    ),
    "a row of totals": one(to_csv(_with_total()), "total_rows=drop", refused="'TOTAL'"),
    "words for nothing": one(
        to_csv(wide_frame().astype(object).mask(wide_frame() == 20, "NULL").mask(wide_frame() == 21, "-"), na_rep="NA"),
        "gaps=zero",
        refused="gaps=zero",
        sales={code: [0.0 if units in (20, 21) else units for units in row] for code, row in SALES.items()},
    ),
    "an unfinished last week": one(
        to_csv(_last_week(0.4)),
        "last_week=drop",
        refused="last_week=keep",
        open=True,
        sales={code: row[:-1] for code, row in SALES.items()},
    ),
    "one row a week": one(to_csv(_across(CODES))),
    "one row a week, pandas with an index without a name": one(
        to_csv(_across(CODES).set_index("date").rename_axis(None), index=True)
    ),
    "one row a day": one(to_csv(_across_days())),
    "one row a week, 2,000 columns of stores and items": one(
        to_csv(_across(_MANY)), sales={name: SALES[CODES[place % 24]] for place, name in enumerate(_MANY)}
    ),
    "names that nobody knows": one(to_csv(long_frame(lambda day: f"{day:%d.%m.%Y}", ("Ware", "Woche ab", "Stk")))),
    "M5's days without dates": one(to_csv(_m5()), sales=STORE_SALES, first=None),
    "Favorita's names": one(to_csv(_favorita()), sales=STORE_SALES),
    "whole stores": one(
        to_csv(daily_frame().assign(Open=1).set_axis(["Store", "Date", "Sales", "Open"], axis=1)), warned="Open"
    ),
    "calendar weeks before their years": one(
        to_csv(long_frame(lambda day: "KW{1:02}/{0}".format(*day.isocalendar()), ("Artikel", "Woche", "Absatz")))
    ),
    "weeks that end on a Saturday": one(
        to_csv(long_frame(lambda day: iso(day + timedelta(days=5)), ("upc", "week_ending", "units"))),
        "week_starts=saturday",
        refused="--set week_starts=saturday",
        first=FIRST + timedelta(days=5),
    ),
    "a date and the number of its week": one(
        to_csv(long_frame().assign(week=lambda table: pd.to_datetime(table["date"]).dt.isocalendar()["week"])),
        "week=date",
        refused="week=date",
        warned="week",
    ),
    "gzip": one(gzip.compress(to_csv(long_frame())), name="sales.csv.gz"),
    "zstd": one(_zstd(to_csv(long_frame())), name="sales.csv.zst"),
    "zip": one(_zip(to_csv(long_frame())), name="sales.zip"),
    "a folder of years": Case(
        {f"part-{number}.csv": to_csv(part) for number, part in enumerate(_parts(long_frame(), 3))}
    ),
    "a folder of Parquet": Case(
        {f"part-{number}.parquet": _parquet(part) for number, part in enumerate(_parts(long_frame(), 4))}
        | {"_SUCCESS": b"", "weekcast.toml": b"horizon = 3\n"}
    ),
}
