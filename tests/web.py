"""A web server of this machine, with files of a folder and with answers that go wrong."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseServer


@dataclass(frozen=True)
class WebServer:
    """A server with the files of a folder.

    Below `/status/503/` it answers with that status, below `/cut/` it stops in the middle of a file whose whole length
    it has announced, below `/to/` it refers to the URL after the question mark, or to itself where there is none, and
    below `/away/` to no web address. asked: how often each path was asked for.
    """

    url: str
    folder: Path
    asked: Counter[str] = field(default_factory=Counter)


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *args: object, asked: Counter[str], **options: object) -> None:
        self._asked = asked
        super().__init__(*args, **options)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        kind, _, rest = self.path.removeprefix("/").partition("/")
        self._asked[self.path.partition("?")[0]] += 1
        if kind == "status":
            self.send_error(int(rest.partition("/")[0]))
        elif kind == "to":
            self._answer(302, {"Location": self.path.partition("?")[2] or self.path, "Content-Length": "0"}, b"")
        elif kind == "away":
            self._answer(302, {"Location": "ftp://127.0.0.1/", "Content-Length": "0"}, b"")
        elif kind == "cut":
            whole = Path(self.directory, rest).read_bytes()
            self._answer(200, {"Content-Length": f"{len(whole)}"}, whole[: whole.rindex(b",", 0, len(whole) // 2)])
        else:
            super().do_GET()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Write nothing to the terminal of the tests."""


@contextmanager
def answering(server: BaseServer) -> Iterator[None]:
    """Let a server answer during the block."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def web_server(folder: Path) -> Iterator[WebServer]:
    """Serve a folder on this machine during the block."""
    asked: Counter[str] = Counter()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder), asked=asked)) as server:
        with answering(server):
            yield WebServer(f"http://127.0.0.1:{server.server_address[1]}", folder, asked)
