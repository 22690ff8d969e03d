"""Fixtures that the tests of this folder share."""

from __future__ import annotations

from tests.end_to_end.deployment import deployed, published_last_week, sales, worker_runs

__all__ = ["deployed", "published_last_week", "sales", "worker_runs"]
