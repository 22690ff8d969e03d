"""Sales in a bucket: read and listed by the library that stores in buckets use too, the extra `objects`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from urllib.parse import unquote, urlsplit

BUCKETS = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss")
_BLOCK = 1 << 20


def read_object(source: str) -> Iterator[bytes]:
    """Yield an object's bytes as they are; raises FileNotFoundError, ImportError or what obstore raises."""
    import obstore
    from obstore.store import from_url

    parts = urlsplit(source)
    place = from_url(f"{parts.scheme.replace('gcs', 'gs')}://{parts.netloc}")
    for block in obstore.get(place, unquote(parts.path).lstrip("/")).stream(min_chunk_size=_BLOCK):
        yield bytes(block)


@cache
def let_fsspec_list() -> None:
    """Let fsspec list the objects of buckets; raises ImportError."""
    from obstore.fsspec import register

    register(BUCKETS)
