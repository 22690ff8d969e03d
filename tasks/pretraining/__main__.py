"""`make pretrain`: train the shipped network from simulated panels alone, and write it with its card.

A course that was stopped goes on where it was, from the state that it keeps after each pool.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from tasks.models.network.saving import CARD, WEIGHTS, save_network
from tasks.pretraining.learning import Course, pretrain


def main(
    pools: Annotated[int, typer.Option(help="How many pools of simulated panels; each takes about 4 seconds.")] = 900,
    seed: Annotated[int, typer.Option(help="Seed of the panels, of the first weights and of the order.")] = 1,
    commit: Annotated[str, typer.Option(help="Commit of the code, for the card.")] = "unknown",
    folder: Annotated[Path, typer.Option(help="Where the weights and the card are written.")] = WEIGHTS.parent,
    state: Annotated[Path, typer.Option(help="The file that keeps the state.")] = Path("build/pretraining.npz"),
) -> None:
    """Train the shipped network from simulated panels alone."""
    state.parent.mkdir(parents=True, exist_ok=True)
    course, console, started = Course(seed, pools), Console(stderr=True), time.monotonic()
    with Progress(console=console) as progress:
        bar = progress.add_task("pretrain", total=pools)

        def tell(number: int, loss: float) -> None:
            progress.update(bar, completed=number, description=f"pretrain, loss {loss:.4f}")

        network, losses = pretrain(course, state, tell)
    save_network(network, folder / WEIGHTS.name)
    card = {
        "command": f"make pretrain POOLS={pools} SEED={seed}",
        "commit": commit,
        "seed": seed,
        "pools": pools,
        "minutes": round((time.monotonic() - started) / 60, 1),
        "weights": int(network.count_params()),
        "loss_of_each_pool": [round(loss, 4) for loss in losses],
    }
    (folder / CARD.name).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
