"""What pretraining brings: networks as they are shipped, and trained further, at early origins of the real panels.

`WEEKCAST_WEIGHTS` names the files of the networks that are compared, each a `.keras` of `make pretrain`, with blanks
between them; without it the shipped one is measured. A row has the geometric mean over panels and origins of each error
of what is published, relative to the levels alone. The origins are those of `choices`. `make benchmark
ONLY=pretraining` takes about a minute a network.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tasks.models.network import saving
from tests.benchmarks.recipe.choices import CHOICES, LEVELS_ALONE, Row, changed, early_origins, errors_of, mean_ratios
from tests.real_sales import list_panels, read_history


def measure() -> list[Row]:
    """One row a network, as it is shipped or trained further."""
    named = [Path(name) for name in os.environ.get("WEEKCAST_WEIGHTS", "").split()]
    return compare(named or [saving.WEIGHTS], list_panels())


def compare(networks: Sequence[Path], panels: Sequence[Path]) -> list[Row]:
    """The rows of these networks, on these panels."""
    asked = [origin for file in panels for origin in early_origins(read_history(file))]
    with changed(CHOICES[LEVELS_ALONE]):
        levels = errors_of(asked, {"network": "pretrained"})
    rows = []
    for weights in networks:
        saving.load_pretrained.cache_clear()
        with changed([(saving, "WEIGHTS", weights)]):
            for how in ("pretrained", "finetuned"):
                named = {"weights": f"{weights.parent.name}/{weights.name}", "network": how}
                rows.append(named | mean_ratios(errors_of(asked, {"network": how}) / levels))
    saving.load_pretrained.cache_clear()
    return rows
