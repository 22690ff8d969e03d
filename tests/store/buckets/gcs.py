"""A server of what is used of the XML protocol of Google Cloud Storage, which no package brings.

It is as strict as theirs: conditions are on generations alone, listings tell none, and what is not there cannot be
deleted.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from tests.web import answering

NAME = "weekcast"
_CHANGES = ("PUT", "DELETE")


class Kept(NamedTuple):
    """An object and its generation; told: headers that its owner has given it."""

    content: bytes
    generation: int
    told: Mapping[str, str]
    since: float

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.content).hexdigest()}"'

    def headers(self) -> dict[str, str]:
        times = {"Last-Modified": formatdate(self.since, usegmt=True)}
        return {**self.told, **times, "ETag": self.etag, "x-goog-generation": str(self.generation)}


@dataclass
class Gcs:
    """The bucket; loses: whether the first answer to each change is lost."""

    objects: dict[str, Kept] = field(default_factory=dict)
    loses: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    _lost: set[tuple[str, str]] = field(default_factory=set)
    _generation: int = 1_000
    _one_by_one: Any = field(default_factory=threading.Lock)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answer during the block."""
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = make_server("127.0.0.1", 0, Request.application(self.answer), threaded=True)
        account: dict[str, Any] = dict.fromkeys(("client_email", "private_key", "private_key_id"), "")
        account |= {"gcs_base_url": f"http://127.0.0.1:{server.server_port}", "disable_oauth": True}
        self.environment = {"GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(account), "GOOGLE_ALLOW_HTTP": "true"}
        with answering(server):
            yield

    def put(self, path: str, content: bytes, told: Mapping[str, str] | None = None) -> Kept:
        """Keep an object under a new generation."""
        self._generation += 1
        self.objects[path] = Kept(content, self._generation, told or {}, time.time())
        return self.objects[path]

    def answer(self, request: Request) -> Response:
        """What the server answers to one request."""
        path = unquote(request.environ["RAW_URI"].partition("?")[0]).removeprefix(f"/{NAME}").lstrip("/")
        with self._one_by_one:
            answered = self._answer(request, path)
            asked = (request.method, path)
            if self.loses and request.method in _CHANGES and ".lease" not in path and asked not in self._lost:
                self._lost.add(asked)
                return Response(status=503)
        return answered

    def _answer(self, request: Request, path: str) -> Response:
        found = self.objects.get(path)
        if request.method == "GET" and not path:
            return self._list(parse_qs(request.query_string.decode()).get("prefix", [""])[0])
        if request.method == "PUT":
            return self._put(request, path, found)
        if found is None:
            return Response(status=404)
        if request.method == "DELETE":
            del self.objects[path]
            return Response(status=204)
        return Response(found.content, headers=found.headers())

    def _put(self, request: Request, path: str, found: Kept | None) -> Response:
        asked = request.headers.get("x-goog-if-generation-match")
        if asked is not None and int(asked) != (found.generation if found else 0):
            return Response(status=412)
        told = {name: value for name, value in request.headers.items() if name.lower().startswith("x-goog-meta-")}
        content = request.get_data()
        if source := request.headers.get("x-goog-copy-source"):
            original = self.objects[unquote(source).partition("/")[2]]
            content, told = original.content, dict(original.told)
        return Response(headers=self.put(path, content, told).headers())

    def _list(self, prefix: str) -> Response:
        rows = "".join(
            f"<Contents><Key>{escape(path)}</Key><LastModified>2026-01-05T06:00:00.000Z</LastModified>"
            f"<ETag>{kept.etag}</ETag><Size>{len(kept.content)}</Size></Contents>"
            for path, kept in sorted(self.objects.items())
            if path.startswith(prefix)
        )
        told = f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
        return Response(told, mimetype="application/xml")
