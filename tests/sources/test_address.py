"""Which texts are sources, and which are refused before anything is opened."""

from __future__ import annotations

import pytest

from schemas.errors import UsageError
from tasks.sources.address import require_known
from tasks.sources.fetching import fetch

NO_SOURCES = [
    "data:text/csv,sku,week,units",
    "data://text/csv,sku,week,units",
    "simplecache::https://example.com/sales.csv",
    "filecache::s3://bucket/sales.csv",
    "blockcache::file:///srv/sales.csv",
    "zip://sales.csv::https://example.com/sales.zip",
    "dir::file:///srv",
    "simplecache::/srv/sales.csv",
    "s3://bucket/sales.csv::file:///etc/passwd",
    "memory://sales.csv",
    "reference://sales.csv",
    "git://sales.csv",
    "github://owner:repository@main/sales.csv",
    "jlab://host/sales.csv",
    "arrow_hdfs://host/sales.csv",
    "tar://sales.csv",
    "http+unix://socket/sales.csv",
    f"data:{'1' * 300}",
]
MALFORMED = [
    "http://[::bad",
    "http://example.com:99999/sales.csv",
    "http://example.com:x/sales.csv",
    "http://",
    "https:///sales.csv",
    "https://example..com/sales.csv",
    f"https://{'x' * 64}.com/sales.csv",
    "s3://",
    "http://example .com/sales.csv",
    "http://example.com\\@evil.example/sales.csv",
    "http://example.com/sales.csv\nX-Header: 1",
    "/srv/\0.csv",
    "file://sales.csv",
]
SOURCES = [
    "sales.csv",
    "C:sales.csv",
    "/srv/sales/*.csv",
    "file:///srv/sales.csv",
    "https://user:word@example.com:8443/sales.csv?token=1",
    "http://[::1]:8000/sales.csv",
    "HTTPS://EXAMPLE.COM/sales.csv",
    "https://example.com./sales.csv",
    "s3://bucket/sales.csv",
    "gs://bucket/sales.csv",
    "abfs://container@account.dfs.core.windows.net/sales.csv",
    "ftp://user@example.com/sales.csv",
    "sqlite:///shop.db",
    "postgresql+psycopg://me@example.com/shop",
]


@pytest.mark.parametrize("source", NO_SOURCES)
def test_what_would_be_a_cache_a_chain_or_no_file_is_no_source(source: str) -> None:
    with pytest.raises(UsageError, match="no kind of source|not a valid URL"):
        list(fetch(source))[0].blocks.__next__()


@pytest.mark.parametrize("source", MALFORMED)
def test_a_malformed_address_is_a_usage_error(source: str) -> None:
    with pytest.raises(UsageError):
        list(fetch(source))[0].blocks.__next__()


@pytest.mark.parametrize("source", SOURCES)
def test_other_addresses_are_known(source: str) -> None:
    require_known(source)


def test_a_malformed_address_shows_no_password() -> None:
    with pytest.raises(UsageError) as raised:
        list(fetch("http://me:SECRET@[::bad/sales.csv"))
    assert "SECRET" not in raised.value.message
