"""The report of real runs, and the same page written anew from what their store holds."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.command_line.command import in_this_process, tree_of
from tests.page.test_page import Reader
from tests.store.conftest import unpack
from tests.weeks import QUICK, run_week

FIRST_WEEK = "2024-01-01"
WEEKS = 30


@pytest.fixture(scope="module")
def store(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two weeks: in the second a product is gone, one is new, and a figure is corrected."""
    folder = tmp_path_factory.mktemp("shown")
    sales: Any = pd.read_csv(sample, index_col=0)
    sales.index.name = "Product_Code"
    sales.iloc[:, : WEEKS - 1].drop("P3").to_csv(folder / "first.csv")
    sales.loc["P5", "W20"] += 70
    sales.loc["P8", f"W{WEEKS - 1}"] += 500
    sales.drop("P4").to_csv(folder / "second.csv")
    for name in ("first", "second"):
        run_week(folder / f"{name}.csv", folder / "store", first_week=FIRST_WEEK, max_restated=1, **QUICK)
    return folder / "store"


def read_page(path: Path) -> Reader:
    return Reader(path.read_text())


def write_report(store: Path, out: Path, *arguments: object) -> Reader:
    ended = in_this_process("report", store, "--out", out, *arguments)
    assert ended.code == 0, ended.stderr
    return read_page(out)


def test_it_says_how_the_published_forecast_did(store: Path) -> None:
    page = read_page(store / "reports" / "latest.html")
    ledger: Any = pd.read_parquet(store / "ledger" / "forecasts" / "0028.parquet")
    rows = ledger[(ledger["horizon"] == 1) & ledger["actual"].notna()]
    expected, sold = rows["units_mean"].sum(), rows["actual"].sum()
    missed = (rows["units"] - rows["actual"]).abs().sum() / sold
    inside = ((rows["actual"] >= rows["units_p10"]) & (rows["actual"] <= rows["units_p90"])).mean()
    assert f"For W29, the forecast as of W28 expected {expected:,.0f} units" in page.text
    assert (
        f"of {len(rows)} products; {sold:,.0f} were sold: it was {abs(expected / sold - 1):.0%}".replace("%", " %")
        in page.text
    )
    assert f"Product by product it missed by {missed:.0%} of what was sold".replace("%", " %") in page.text
    assert f"{inside:.0%} of the products sold within".replace("%", " %") in page.text
    worst = rows.set_index("product_code").loc["P8"]
    first = next(row for row in page.rows if row[:1] == ["P8"])
    assert first[1:3] == [f"{worst['actual']:,.0f}", f"{worst['units']:,.0f}".removesuffix(".0")]


def test_its_headline_is_of_what_was_published(store: Path) -> None:
    scores: Any = pd.read_parquet(store / "ledger" / "scores.parquet")
    means = {
        method: np.average(rows["mae"], weights=rows["products"])
        for method, rows in scores.groupby("method")
        if method in ("published", "mean_7")
    }
    share = means["published"] / means["mean_7"] - 1
    told = f"{abs(share):.{0 if abs(share) >= 0.0995 else 1}%}".replace("%", " %")
    words = (
        f"Error against a mean of seven weeks {told} {'less' if share < 0 else 'more'} of the last 1 published forecast"
    )
    assert words in read_page(store / "reports" / "latest.html").text


def test_it_lists_what_moved(store: Path) -> None:
    page = read_page(store / "reports" / "latest.html")
    told = "1 product is new, 1 product is gone and 1 earlier figure is corrected by the file."
    assert told in page.text
    assert re.search(r"New P3 \([\d.]+ next week\) Gone P4", page.text)
    restated = next(row for row in page.rows if row[:2] == ["P5", "W20"])
    assert float(restated[3]) - float(restated[2]) == 70


def test_every_product_is_in_it_with_its_forecast(store: Path) -> None:
    listing = json.loads(read_page(store / "reports" / "latest.html").listing)
    latest: Any = pd.read_parquet(store / "forecasts" / "latest.parquet")
    assert listing["codes"] == sorted(latest["product_code"].unique())
    assert listing["pastWeeks"] == [29]
    assert [[listing["codes"][row], week] for row, week, _ in listing["firstKnown"]] == []


def test_the_total_is_that_of_the_groups(store: Path) -> None:
    groups: Any = pd.read_parquet(store / "forecasts" / "groups.parquet")
    total = groups[groups["group_by"] == "total"].set_index(["horizon_from", "horizon_to"])
    rows = read_page(store / "reports" / "latest.html").rows
    for ahead in (1, 2, 3):
        row = next(row for row in rows if row[:1] == [f"W{29 + ahead}"] and re.match(r"2024-\d\d-\d\d", row[1]))
        mean, low, high = total.loc[(ahead, ahead), ["units_mean", "units_p10", "units_p90"]]
        assert row[2:4] == [f"{mean:,.0f}", f"{low:,.0f} to {high:,.0f}"]


def test_it_is_written_anew_with_when_it_was_published(store: Path, tmp_path: Path) -> None:
    before = tree_of(store)
    page = write_report(store, tmp_path / "page.html")
    again = write_report(store, tmp_path / "again.html")
    published = read_page(store / "reports" / "latest.html")
    time = pd.read_parquet(store / "forecasts" / "vintages.parquet")["published_at"].iloc[-1]
    assert f"published on {time:%a} {time.day} {time:%b %Y} at {time:%H:%M} UTC" in page.text
    assert (page.text, page.listing) == (again.text, again.listing)
    assert (page.rows, page.listing) == (published.rows, published.listing)
    assert "published on" not in published.text
    assert tree_of(store) == before


def test_orders_are_in_the_page_that_is_written_anew(store: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(store, tmp_path / "store")
    stock = tmp_path / "stock.csv"
    stock.write_text("product_code,on_hand,lead_time_weeks,service_level,as_of\nP8,0,1,0.9,W29\nP5,99999,1,0.9,W29\n")
    assert in_this_process("orders", copy, "--inventory", stock).code == 0
    page = write_report(copy, tmp_path / "page.html")
    order = pd.read_parquet(copy / "forecasts" / "orders.parquet").set_index("product_code").loc["P8"]
    assert "To look at 1 product to order" in page.text
    ordered = next(row for row in page.rows if row[:1] == ["P8"] and re.fullmatch(r"W\d+", row[2]))
    assert ordered[1:3] == [f"{order['order_quantity']:,.0f}", f"W{order['arrives_week']}"]


def test_it_lists_the_products_that_are_named(store: Path, tmp_path: Path) -> None:
    page = write_report(store, tmp_path / "some.html", "--product", "P8", "--product", "P5")
    assert json.loads(page.listing)["codes"] == ["P5", "P8"]
    assert "Chosen products" in page.text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--product", "P88"), "no such product in the latest forecast; did you mean 'P8'?"),
        (("--out", "nowhere/report.html"), "expected a local file in a folder that is there"),
    ],
)
def test_what_cannot_be_shown_is_told(store: Path, arguments: tuple[str, ...], told: str) -> None:
    ended = in_this_process("report", store, *arguments)
    assert (ended.code, told in ended.stderr) == (2, True), ended.stderr


def test_a_page_takes_the_place_of_a_file_alone(store: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # as a device, which must not become a file
    for out, code in ((tmp_path / "pipe", 2), (tmp_path, 2), (Path("/proc/report.html"), 5)):
        ended = in_this_process("report", store, "--out", out)
        assert (ended.code, f"{out}: " in ended.stderr) == (code, True), ended.stderr
    assert (tmp_path / "pipe").is_fifo() and len(list(tmp_path.iterdir())) == 1


def test_nothing_is_written_into_the_store(store: Path) -> None:
    ended = in_this_process("report", store, "--out", store / "report.html")
    assert (ended.code, "expected a file outside of the store" in ended.stderr) == (2, True)


def test_a_store_without_a_forecast_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = in_this_process("report", tmp_path / "empty", "--out", tmp_path / "report.html")
    assert (ended.code, "nothing was published" in ended.stderr) == (2, True)


@pytest.mark.parametrize("name", ["format_1.zip", "format_2.zip", "format_3.zip"])
def test_a_store_of_an_earlier_release_has_a_page_too(name: str, tmp_path: Path) -> None:
    unpack(name, tmp_path / "store")
    page = write_report(tmp_path / "store", tmp_path / "page.html")
    assert "all products together are expected to sell" in page.text
    assert len(json.loads(page.listing)["codes"]) > 0


def test_it_is_written_without_tensorflow(store: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from flows.commands.stores.report import report_on_store; from pathlib import Path; "
        f"report_on_store({str(store)!r}, [], Path({str(tmp_path / 'page.html')!r})); "
        "sys.exit('tensorflow' in sys.modules or 'prefect' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True).returncode == 0


def test_above_report_products_some_are_listed(store: Path, tmp_path: Path) -> None:
    sales = store.parent / "second.csv"
    run_week(sales, tmp_path / "store", first_week=FIRST_WEEK, report_products=12, **QUICK)
    page = read_page(tmp_path / "store" / "reports" / "latest.html")
    listed = json.loads(page.listing)["codes"]
    volumes = pd.read_csv(sales, index_col=0).iloc[:, -4:].mean(axis=1)
    assert set(listed) == set(volumes.nlargest(12).index)
    assert "12 of 59: the largest" in page.text
    assert "weekcast report STORE --product CODE shows any other one." in page.text
