"""`make pretrain`: train the shipped network from simulated panels."""

from __future__ import annotations

import sys
from pathlib import Path

from tasks.models.pretraining.learning import Course, pretrain

if __name__ == "__main__":
    out, pools = Path(sys.argv[1]), int(sys.argv[2])
    network, _ = pretrain(Course(pools=pools), out.with_suffix(".state.npz"))
    network.save(out)
