"""`weekcast sample`: made-up sales to try the pipeline with."""

from __future__ import annotations

from pathlib import Path

from flows.console import print_hint
from schemas.errors import StoreUnavailable
from tasks.sales.sample.sample import write_sample


def make_sample(out: Path, products: int, weeks: int, seed: int, messy: bool) -> None:
    """Write a sample and say where; raises StoreUnavailable where the disk refuses."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_sample(out, products, weeks, seed, messy)
    except OSError as error:
        raise StoreUnavailable(f"{out}: {error.strerror}", file=str(out)) from error
    print_hint(f"{out}: {products} products, {weeks} weeks")
