"""Fixtures that the tests of this folder share."""

from __future__ import annotations

from tests.end_to_end.deployment import deployed, sales, worker_runs

__all__ = ["deployed", "sales", "worker_runs"]
