"""`make soak`: what must hold wherever a run is killed, a file is spoiled, or a reader looks.

A table and its lines may be named, as in `python -m tests.soak kills 20 21`; without any, all are measured.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.console import STDERR, print_line, print_table
from tests.server import serving
from tests.soak import buckets, damage, kills, leaks, moments, readers, sweep
from tests.soak.workshop import workshop

SOAKS = {
    "kills": kills,
    "moments": moments,
    "damage": damage,
    "readers": readers,
    "leaks": leaks,
    "sweep": sweep,
    "buckets": buckets,
}


def main(arguments: list[str]) -> None:
    """Print each table, and end with 1 where one of its lines is not good."""
    names = [name for name in arguments if name in SOAKS] or list(SOAKS)
    only = [int(number) for number in arguments if number.isdecimal()]
    good = True
    with (
        TemporaryDirectory(prefix="weekcast-soak-server-") as home,
        serving(Path(home)) as server,
        workshop(server) as shop,
    ):
        for name in names:
            rows = []
            for row in SOAKS[name].measure(shop, only):
                rows.append(row)
                STDERR.print(f"{name} {row}", markup=False)
            faults = [row for row in rows if not SOAKS[name].is_good(row)]
            print_table(name, rows[0], [map(str, row.values()) for row in rows])
            print_line(f"{name}: {len(rows)} lines, {len(faults)} not good: {faults}")
            if name == "damage":
                print_line(f"{name}: {dict(damage.sum_up(rows))}")
            good = good and not faults
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
