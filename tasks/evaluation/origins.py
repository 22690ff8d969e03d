"""Which origins can be scored: there are weeks enough before them, and the weeks after them are known."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.config import Config
from schemas.errors import UsageError

FEWEST_WEEKS = 10


def scorable_origins(weeks: range, config: Config) -> range:
    """Origins among these weeks, oldest first, with enough weeks to forecast from and all targets observed."""
    fewest = max(FEWEST_WEEKS, (config.lookback or 2) + config.horizon)
    return range(weeks.start + fewest - 1, weeks.stop - config.horizon)


def require_scorable(weeks: range, origins: Sequence[int], config: Config) -> None:
    """Raise UsageError where one of these origins cannot be scored, or the weeks are too few for any."""
    scorable = scorable_origins(weeks, config)
    first, last = scorable.start, scorable.stop - 1
    fewest = first - weeks.start + 1
    if not scorable:
        raise UsageError(
            f"{len(weeks)} weeks are too few for a backtest {config.horizon} weeks ahead: "
            f"expected at least {fewest + config.horizon}"
        )
    for origin in origins:
        if not first <= origin <= last:
            why = "are not all known yet" if origin > last else f"need {fewest} observed weeks before them"
            raise UsageError(
                f"origin W{origin}: weeks W{origin + 1}..W{origin + config.horizon} {why}; "
                f"origins from W{first} to W{last} can be scored"
            )
