"""Tableau's engine: `python hyper.py FILE …` prints a JSON object of types, units and rows for each Parquet file."""

from __future__ import annotations

import json
import sys
import tempfile

from tableauhyperapi import Connection, HyperProcess, Telemetry


def main(files: list[str]) -> None:
    """Read the files."""
    with tempfile.TemporaryDirectory() as logs:
        parameters = {"log_dir": logs}
        with (
            HyperProcess(Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters=parameters) as engine,
            Connection(engine.endpoint) as connection,
        ):
            for file in files:
                with connection.execute_query(f"select * from external('{file}')") as result:
                    types = {str(column.name.unescaped): str(column.type) for column in result.schema.columns}
                    rows = sum(1 for _ in result)
                print(json.dumps({"types": {name: kind.lower() for name, kind in types.items()}, "rows": rows}))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
