"""Sales from a web server: one request, whose answer is either the whole file or an error that says what to do."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from schemas.errors import SourceMissing, SourceRefused, SourceUnavailable, UsageError
from tasks.sources.address import WEB, shown_source, source_name
from tasks.sources.allowed import require_allowed_sales

if TYPE_CHECKING:
    import httpx

_BLOCK = 1 << 20
_SECONDS = 60  # without a single byte
_MOST_REDIRECTS = 10
_TOLD = {
    401: (SourceRefused, "the server asks for a user and a password, or does not take those that it got"),
    403: (SourceRefused, "the server does not allow it; ask its owner for access, or for a link that has not expired"),
    404: (SourceMissing, "the server has no such file; look at the address, or run again once it is there"),
    410: (SourceMissing, "the server has this file no longer; look for its new address"),
    408: (SourceUnavailable, "the server gave up waiting; run again"),
    425: (SourceUnavailable, "the server is not ready; run again"),
    429: (SourceUnavailable, "the server has had too many requests; run again later"),
}


def read_web(source: str) -> Iterator[bytes]:
    """Yield a file's bytes as they are, in blocks of 1 MiB.

    Raises SourceMissing or SourceRefused where the server says so, SourceUnavailable where it does not answer or the
    file breaks off, and UsageError where the environment does not allow a place that the server refers to.
    """
    import httpx  # only here, because a file of this machine needs none of it

    with (
        _connection_errors(source),
        # The machine's own certificates, to which a company may have added its own.
        httpx.Client(timeout=_SECONDS, verify=ssl.create_default_context()) as client,
        _request(client, source) as response,
    ):
        yield from response.iter_bytes(_BLOCK)


def status_error(source: str, status: int) -> SourceUnavailable:
    """The error for what a server answered instead of a file."""
    other = (SourceUnavailable, "the server failed; run again") if status >= 500 else None
    kind, told = _TOLD.get(status) or other or (SourceRefused, "the server does not answer with a file")
    return kind(f"{shown_source(source)}: HTTP {status}: {told}", file=source_name(source))


@contextmanager
def _request(client: httpx.Client, source: str) -> Iterator[httpx.Response]:
    """Ask for a file and for what its server refers to, as long as each place is allowed."""
    request = client.build_request("GET", source, headers={"Accept-Encoding": "identity"})
    for _ in range(_MOST_REDIRECTS):
        response = client.send(request, stream=True)
        try:
            if response.next_request is None:
                if response.status_code != 200:
                    raise status_error(source, response.status_code)
                yield response
                return
            request = response.next_request
            require_redirect(source, str(request.url))
        finally:
            response.close()
    raise SourceRefused(f"{shown_source(source)}: the server refers on and on; look at the address")


def require_redirect(source: str, target: str) -> None:
    """Raise UsageError where a server refers to a place that the environment does not allow, or to no web address."""
    if target.partition("://")[0].lower() not in WEB:
        raise UsageError(f"{shown_source(source)}: the server refers to {shown_source(target)}, no web address")
    try:
        require_allowed_sales(target)
    except UsageError as error:
        raise UsageError(f"{shown_source(source)}: the server refers to another place: {error.message}") from error


@contextmanager
def _connection_errors(source: str) -> Iterator[None]:
    import httpx

    shown, name = shown_source(source), source_name(source)
    try:
        yield
    except httpx.InvalidURL as error:
        raise UsageError(f"{shown}: not a valid URL: {error}", file=name) from error
    except httpx.TimeoutException as error:
        raise SourceUnavailable(f"{shown}: no answer within {_SECONDS} seconds; run again", file=name) from error
    except (httpx.RemoteProtocolError, httpx.ReadError, httpx.DecodingError) as error:
        raise _incomplete(shown, name, error) from error
    except (ValueError, ImportError) as error:  # of a proxy that the environment names
        told = f"{error}; correct HTTP_PROXY, HTTPS_PROXY or ALL_PROXY in the environment"
        raise UsageError(f"{shown}: no such proxy can be used: {told}", file=name) from error
    except httpx.TransportError as error:
        raise SourceUnavailable(f"{shown}: the server cannot be reached: {error}; run again", file=name) from error


def _incomplete(shown: str, name: str, error: Any) -> SourceUnavailable:
    return SourceUnavailable(f"{shown}: incomplete: the server stopped before the end ({error}); run again", file=name)
