"""What a step tells in its log beside the message, for whoever shows the progress."""

from __future__ import annotations

STEP = "weekcast_step"
SECONDS = "weekcast_seconds"
EPOCH = "weekcast_epoch"
TOTAL = "weekcast_total"
