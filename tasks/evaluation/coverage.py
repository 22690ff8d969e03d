"""Whether published intervals cover what they should, by the randomised PITs of what was sold.

Of such PITs 80 % lie between 0.1 and 0.9 where forecasts are right, also of counts, of which an interval covers more:
Czado, Gneiting and Held (2009).
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from schemas.ledger import MASKED
from schemas.paths.pits import PIT

VINTAGES = 4  # the last ones, taken together
_FEWEST, _MOST = 0.7, 0.9


def find_miscoverage(rows: Iterable[pa.Table]) -> str:
    """What to tell where too few or too many sales were inside p10 to p90; empty otherwise.

    rows: the ledger's columns `pit` and `masked`, of the last vintages.
    """
    inside = known = 0
    for table in rows:
        pits = pc.drop_null(table.filter(pc.invert(table[MASKED]))[PIT])
        known += len(pits)
        inside += pc.sum(pc.and_(pc.greater_equal(pits, 0.1), pc.less_equal(pits, 0.9))).as_py() or 0
    if not known or _FEWEST <= inside / known <= _MOST:
        return ""
    return (
        f"{inside / known:.0%} of what was sold lay between p10 and p90 of the last {VINTAGES} forecasts (randomised "
        f"PIT), expected 80 %: the intervals are too {'narrow' if inside / known < _FEWEST else 'wide'}"
    )
