"""The bucket that Dask's workers read and write."""

from tests.store.buckets.conftest import bucket, prefix, served  # noqa: F401
