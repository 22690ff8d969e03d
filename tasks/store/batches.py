"""Batches: worked on by several threads, with the results in the batches' order, or made anew of another size."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import pyarrow as pa

A = TypeVar("A")
B = TypeVar("B")


def work_on(batches: Iterable[A], work: Callable[[A], B]) -> Iterator[B]:
    """Yield what `work` makes of each batch; no more batches are held than there are processors, and one."""
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    waiting: deque[Future[B]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for batch in batches:
            waiting.append(pool.submit(work, batch))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def regroup(tables: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Yield the rows of tables, one below the other, in tables of so many rows, the last one of fewer."""
    waiting, number = list[pa.Table](), 0
    for table in tables:
        waiting.append(table)
        number += table.num_rows
        while number >= rows:
            together = pa.concat_tables(waiting)
            yield together.slice(0, rows).combine_chunks()
            waiting, number = [together.slice(rows)], number - rows
    if number:
        yield pa.concat_tables(waiting).combine_chunks()
