"""A bucket of a real S3-compatible server on this machine, which counts its requests and can fail."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from tests.web import answering

NAME = "weekcast"
CLOCK = ("commits/", "forecasts/vintages.parquet", ".lease", ".lock")  # hold the time, or who had the store
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
_CHANGES = ("PUT", "POST", "DELETE")

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Bucket:
    """The bucket, and what came to its server.

    requests: method and path of each
    deaf_after: number of changes after which the server refuses all, as if the process that asks were killed
    loses: whether the first answer to each change is lost
    ignores: headers that are ignored
    keeps_all: whether it cannot delete
    unquoted: whether ETags are listed without quotes, as Azure does
    watch: called after each change, before its answer, with its number and its path
    """

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._app: Application = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.environment = {**KEYS, "AWS_ENDPOINT_URL": self.url, "AWS_ALLOW_HTTP": "true"}
        self.forget()

    def forget(self) -> None:
        """Count anew, and fail no more."""
        self.requests: list[tuple[str, str]] = []
        self.changes, self.deaf_after, self.ignores = 0, -1, tuple[str, ...]()
        self.loses, self._lost, self.unquoted = False, set[tuple[str, str]](), False
        self.keeps_all = False
        self.watch: Callable[[int, str], None] | None = None

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answer during the block."""
        with answering(self._server):
            self.client.create_bucket(Bucket=NAME)
            yield

    @property
    def client(self) -> Any:
        """Amazon's own client, to look at the bucket from outside."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
            region_name=KEYS["AWS_REGION"],
        )

    def objects(self, prefix: str) -> dict[str, bytes]:
        """The bytes of all objects below a prefix, by their path below it."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=NAME, Prefix=f"{prefix}/")
        keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
        read = self.client.get_object
        return {key.removeprefix(f"{prefix}/"): read(Bucket=NAME, Key=key)["Body"].read() for key in keys}

    def upload(self, prefix: str, path: str, content: bytes) -> None:
        """Write an object as another tool would."""
        self.client.put_object(Bucket=NAME, Key=f"{prefix}/{path}", Body=content)

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_USER_AGENT", "").startswith("Boto3"):
            return self._app(environ, start)
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.requests.append((method, path))
        if method in _CHANGES and ".lease" not in path:
            self.changes += 1
        if 0 <= self.deaf_after < self.changes:
            start("403 Forbidden", [])
            return []
        if self.keeps_all and method == "POST" and "delete" in environ["QUERY_STRING"]:
            start("501 Not Implemented", [])
            return []
        for header in self.ignores:
            environ.pop(f"HTTP_{header.upper().replace('-', '_')}", None)
        if self.loses and method in _CHANGES and (method, path) not in self._lost:
            self._lost.add((method, path))
            list(self._app(environ, lambda *_: None))
            start("503 Slow Down", [])
            return []
        if self.unquoted and "list-type=2" in environ["QUERY_STRING"]:
            return self._list_unquoted(environ, start)
        return self._watched(environ, start, path)

    def _list_unquoted(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        began = list[Any]()
        listed = b"".join(self._app(environ, lambda *told: began.extend(told)))
        content = listed.replace(b"&quot;", b"").replace(b'"</ETag>', b"</ETag>").replace(b'<ETag>"', b"<ETag>")
        start(began[0], [(name, value) for name, value in began[1] if name.lower() != "content-length"])
        return [content]

    def _watched(self, environ: dict[str, Any], start: Callable[..., Any], path: str) -> Iterable[bytes]:
        watch, number = self.watch, self.changes
        if watch is None or environ["REQUEST_METHOD"] not in _CHANGES or ".lease" in path:
            return self._app(environ, start)
        answer = list(self._app(environ, start))
        watch(number, path)
        return answer
