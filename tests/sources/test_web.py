"""What a web server answers, and what of it is the file."""

from __future__ import annotations

import gzip

import pytest

from schemas.errors import SourceMissing, SourceRefused, SourceUnavailable, UsageError
from tasks.sources.fetching import fetch
from tasks.sources.listing import list_files
from tests.web import WebServer

CONTENT = b"product_code,week,units\n" + b"P1,2024-01-01,5\n" * 5000


def read(source: str) -> bytes:
    return b"".join(b"".join(file.blocks) for file in fetch(source))


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        (401, SourceRefused, "user and a password"),
        (403, SourceRefused, "does not allow it"),
        (404, SourceMissing, "no such file"),
        (410, SourceMissing, "no longer"),
        (418, SourceRefused, "does not answer with a file"),
        (429, SourceUnavailable, "too many requests"),
        (500, SourceUnavailable, "the server failed"),
        (503, SourceUnavailable, "the server failed"),
    ],
)
def test_what_a_server_answers_is_told_apart(
    web: WebServer, status: int, kind: type[SourceUnavailable], told: str
) -> None:
    with pytest.raises(SourceUnavailable, match=f"HTTP {status}: .*{told}") as raised:
        read(f"{web.url}/status/{status}/sales.csv?token=SECRET")
    assert type(raised.value) is kind
    assert "SECRET" not in raised.value.message
    with pytest.raises((SourceUnavailable, UsageError), match=f"HTTP {status}" if status != 404 else "none there"):
        list_files(f"{web.url}/status/{status}/*.csv")


def test_a_body_that_breaks_off_is_incomplete(web: WebServer) -> None:
    (web.folder / "sales.csv").write_bytes(CONTENT)
    with pytest.raises(SourceUnavailable, match="incomplete"):
        read(f"{web.url}/cut/sales.csv")
    assert read(f"{web.url}/sales.csv") == CONTENT


def test_a_file_is_asked_for_once_and_kept_as_it_is(web: WebServer) -> None:
    packed = gzip.compress(CONTENT)
    (web.folder / "sales.csv.gz").write_bytes(packed)
    assert read(f"{web.url}/sales.csv.gz?x=1") == packed
    assert web.asked == {"/sales.csv.gz": 1}


def test_a_server_that_is_away_cannot_be_reached() -> None:
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        read("http://127.0.0.1:9/sales.csv")


@pytest.mark.parametrize("proxy", ["gopher://127.0.0.1:9", "socks5://127.0.0.1:9"])
def test_a_proxy_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises(UsageError, match="correct HTTP_PROXY"):
        read("http://example.com/sales.csv")


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.com/sales.csv", "data:,1"])
def test_a_server_may_refer_to_the_web_only(web: WebServer, target: str) -> None:
    with pytest.raises(UsageError, match="no web address|not a valid URL"):
        read(f"{web.url}/to/x?{target}")


def test_a_server_that_refers_on_and_on_is_refused(web: WebServer) -> None:
    with pytest.raises(SourceRefused, match="on and on"):
        read(f"{web.url}/to/x")


def test_the_files_of_a_web_folder_are_listed(web: WebServer) -> None:
    for name in ("b.csv", "a.csv", "_SUCCESS", "notes.md"):
        (web.folder / name).write_bytes(CONTENT)
    assert list_files(f"{web.url}/*.csv") == [f"{web.url}/a.csv", f"{web.url}/b.csv"]
    assert list_files(f"{web.url}/*.csv", newest=True) == [f"{web.url}/b.csv"]
    with pytest.raises(UsageError, match="no web address"):
        list_files(f"{web.url}/away/*.csv")
