"""Where sales may come from and where stores may be, as the environment says."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.commands.backfill import backfill_weeks
from flows.commands.backtest import backtest_sales
from flows.commands.check import check_sales
from flows.commands.init import write_config
from flows.commands.run import run_weekly
from flows.commands.serve import serve_weekly
from flows.commands.stores.explain import tell_product
from flows.commands.stores.status import tell_status
from flows.commands.stores.verify import verify_store
from flows.weekly import weekly_forecast
from schemas.config import WeeklyRequest
from schemas.errors import UsageError
from tasks.sources.allowed import SALES, STORES, require_allowed_sales, require_allowed_store
from tasks.sources.fetching import fetch
from tests.examples import examples
from tests.web import WebServer

COMMANDS: dict[str, Callable[[str, str], object]] = {
    "check": lambda sales, _: check_sales(sales, None, [], [], True),
    "init": lambda sales, _: write_config(sales, Path("never.toml"), [], True),
    "backtest": lambda sales, _: backtest_sales(sales, "", "weekly", None, None, [], [], True),
    "run": lambda sales, store: run_weekly(sales, store, None, None, [], [], True),
    "run that waits": lambda sales, store: run_weekly(sales, store, None, None, ["wait_for_source=9"], [], True),
    "backfill": lambda sales, store: backfill_weeks(sales, store, "0", "1", None, [], [], True),
    "serve": lambda sales, store: serve_weekly(sales, store, "0 6 * * 1", "UTC", None, [], []),
    "flow": lambda sales, store: weekly_forecast.fn(WeeklyRequest(sales=sales, store=store)).result(),
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an allowed place for sales and one for stores, and files beside them."""
    for name in ("sales", "sales2", "stores"):
        (tmp_path / name).mkdir()
    for file in ("sales/in.csv", "sales2/out.csv"):
        (tmp_path / file).write_text("product_code,week,units\n")
    (tmp_path / "sales" / "link.csv").symlink_to(tmp_path / "sales2" / "out.csv")
    monkeypatch.setenv(SALES, f"{tmp_path}/sales, https://example.com/weekly,s3://bucket/sales")
    monkeypatch.setenv(STORES, f"{tmp_path}/stores")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_reads_from_elsewhere(place: Path, command: str) -> None:
    with pytest.raises(UsageError, match=SALES):
        COMMANDS[command](f"{place}/sales2/out.csv", f"{place}/stores/store")
    assert not (place / "stores" / "store").exists() and not Path("never.toml").exists()


@pytest.mark.parametrize(
    "command",
    [
        lambda sales, store, inputs: run_weekly(sales, store, None, None, [], inputs, True),
        lambda sales, store, inputs: backfill_weeks(sales, store, "0", "1", None, [], inputs, True),
        lambda sales, store, inputs: serve_weekly(sales, store, "0 6 * * 1", "UTC", None, [], inputs),
    ],
)
def test_no_command_reads_inputs_from_elsewhere(place: Path, command: Callable[[str, str, list[str]], object]) -> None:
    with pytest.raises(UsageError, match=SALES):
        command(f"{place}/sales/in.csv", f"{place}/stores/store", [f"prices={place}/sales2/out.csv"])
    assert not (place / "stores" / "store").exists()


@pytest.mark.parametrize("command", ["run", "backfill", "serve", "flow"])
def test_no_command_writes_elsewhere(place: Path, command: str) -> None:
    with pytest.raises(UsageError, match=STORES):
        COMMANDS[command](f"{place}/sales/in.csv", f"{place}/stores2")
    with pytest.raises(UsageError, match=STORES):
        verify_store(f"{place}/sales", False, True)
    with pytest.raises(UsageError, match=STORES):
        tell_status(f"{place}/sales", 8, True)
    with pytest.raises(UsageError, match=STORES):
        tell_product(f"{place}/sales", "P1", True)
    assert not (place / "stores2").exists()


@pytest.mark.parametrize(
    "source",
    [
        "{place}/sales",
        "{place}/sales/in.csv",
        "sales/in.csv",
        "file://{place}/sales/in.csv",
        "{place}/sales2/../sales/*.csv",
        "https://example.com/weekly/sales.csv?token=1",
        "HTTPS://user:word@EXAMPLE.com:443/weekly",
        "https://example.com/weekly/*.csv",
        "s3://bucket/sales/2024/sales.csv",
        "sqlite:///{place}/sales/shop.db",
        "duckdb:///{place}/sales/shop.db",
    ],
)
def test_what_lies_below_an_allowed_place_is_allowed(place: Path, source: str) -> None:
    require_allowed_sales(source.format(place=place))


@pytest.mark.parametrize(
    "source",
    [
        "{place}",
        "{place}/sales2",
        "{place}/sales/../sales2/out.csv",
        "{place}/sales/link.csv",
        "{place}/*/out.csv",
        "{place}/sales/*/../../sales2/*.csv",
        "{place}/sales2/%Y.csv",
        "file://{place}/sales2/out.csv",
        "sales2/out.csv",
        "http://example.com/weekly/sales.csv",
        "https://example.com:8443/weekly/sales.csv",
        "https://example.com/weekly2/sales.csv",
        "https://example.com/",
        "https://example.com.evil.example/weekly/sales.csv",
        "https://example.com@evil.example/weekly/sales.csv",
        "https://evil.example/#@example.com/weekly/sales.csv",
        "https://example.com/weekly/../keys",
        "https://example.com/weekly/%2e%2E/keys",
        "https://example.com/weekly/%252e%252e/keys",
        "https://example.com/weekly/..%2fkeys",
        "https://example.com/weekly/..;/keys",
        "https://example.com/weekly/..\\keys",
        "https://example.com\\@evil.example/weekly/sales.csv",
        "https://evil.example\\@example.com/weekly/sales.csv",
        "//example.com/weekly/sales.csv",
        "s3://bucket2/sales/sales.csv",
        "s3://bucket@evil/sales/sales.csv",
        "gs://bucket/sales/sales.csv",
        "sqlite:////etc/shop.db",
        "sqlite:///{place}/sales/../sales2/shop.db",
        "postgresql://me@example.com/weekly",
    ],
)
def test_what_lies_elsewhere_is_not_allowed(place: Path, source: str) -> None:
    with pytest.raises(UsageError):
        require_allowed_sales(source.format(place=place))


@given(st.text("/\\@:.%2eEfF5c?#;[]~ \taé\n", max_size=20), st.text("/\\@:.%2e?#;axX", max_size=20))
@examples(300)
def test_an_address_that_is_allowed_leads_to_the_allowed_server(before: str, after: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SALES, "https://example.com/weekly")
        for source in (f"https://{before}example.com{after}", f"https://example.com{before}/weekly{after}"):
            try:
                require_allowed_sales(source)
                url = httpx.URL(source)
            except (UsageError, httpx.InvalidURL):
                continue
            assert (url.host, url.port, url.path.split("/")[1]) == ("example.com", None, "weekly")
            assert not {"..", "."} & set(url.path.split("/"))


@pytest.mark.parametrize(
    ("allowed", "source", "is_allowed"),
    [
        ("postgresql://db.example.com:5432/shop", "postgresql://me@DB.example.com:5432/shop", True),
        ("postgresql://db.example.com:5432", "postgresql+psycopg://me@db.example.com:5432/shop", True),
        ("postgresql://me@db.example.com/shop", "postgresql://me@db.example.com/shop", True),
        ("postgresql://me@db.example.com/shop", "postgresql://other@db.example.com/shop", False),
        ("postgresql://db.example.com/shop", "postgresql://me@db.example.com/shop2", False),
        ("postgresql://db.example.com/shop", "postgresql://me@db.example.com/shop?host=evil.example", False),
        ("postgresql://db.example.com/shop", "postgresql://me@evil.example/shop", False),
        ("postgresql://db.example.com/shop", "mysql://me@db.example.com/shop", False),
        ("/srv/sales", "postgresql:///srv/sales", False),
    ],
)
def test_a_database_is_allowed_with_its_server_and_its_options(
    monkeypatch: pytest.MonkeyPatch, allowed: str, source: str, is_allowed: bool
) -> None:
    monkeypatch.setenv(SALES, allowed)
    if is_allowed:
        require_allowed_sales(source)
    else:
        with pytest.raises(UsageError, match=SALES):
            require_allowed_sales(source)


def test_each_file_of_a_folder_is_looked_at(place: Path) -> None:
    with pytest.raises(UsageError, match="link.csv"):
        list(fetch(f"{place}/sales"))
    (place / "sales" / "link.csv").unlink()
    assert [file.name for file in fetch(f"{place}/sales")] == ["in.csv"]


def test_a_server_may_refer_to_allowed_places_only(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SALES, f"{web.url}/to/,{web.url}/inside/")
    (web.folder / "inside").mkdir()
    for name in ("inside/sales.csv", "outside.csv"):
        (web.folder / name).write_text("a,b\n1,2\n")
    assert b"".join(next(fetch(f"{web.url}/to/x?{web.url}/inside/sales.csv")).blocks) == b"a,b\n1,2\n"
    with pytest.raises(UsageError, match="refers to another place.*outside.csv"):
        b"".join(next(fetch(f"{web.url}/to/x?{web.url}/outside.csv")).blocks)
    assert web.asked["/outside.csv"] == 0


@pytest.mark.parametrize("text", ["", " , ", "sales", "/srv/sales,sales", "https://", "/srv/sales,data:,x"])
def test_a_list_that_cannot_be_read_allows_nothing(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(SALES, text)
    monkeypatch.setenv(STORES, text)
    for require in (require_allowed_sales, require_allowed_store):
        with pytest.raises(UsageError):
            require("/srv/sales/sales.csv")


def test_everything_is_allowed_where_nothing_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (SALES, STORES):
        monkeypatch.delenv(name, raising=False)
    sqlite3.connect(tmp_path / "shop.db").close()
    for source in (f"{tmp_path}", "https://example.com/x", f"sqlite:///{tmp_path}/shop.db"):
        require_allowed_sales(source)
    require_allowed_store("/anywhere")
