"""Which inputs a run takes beside the sales: in its request, in `[inputs]` of a TOML file, and as options."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.errors import UsageError, tell_unknown

TABLE = "inputs"  # of the TOML file
INVENTORY, LIFECYCLE = "inventory", "lifecycle"
_FILE = "Path or URL of a CSV or Parquet file"


class InputFiles(BaseModel):
    """Where the inputs of a run are; none of them has to be there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inventory: str | None = Field(None, description=f"{_FILE}: what is in stock and on its way, for orders.")
    availability: str | None = Field(None, description=f"{_FILE}: in which weeks each product was in stock.")
    prices: str | None = Field(None, description=f"{_FILE}: the price of each product and week, and features.")
    events: str | None = Field(None, description=f"{_FILE}: events with their first and last days.")
    lifecycle: str | None = Field(None, description=f"{_FILE}: launches, ends and successors of products.")
    overrides: str | None = Field(None, description=f"{_FILE}: what people expect in the place of the forecast.")

    def given(self) -> dict[str, str]:
        """The inputs that are there, by name."""
        return {name: file for name in type(self).model_fields if (file := getattr(self, name))}


def load_inputs(file: Path | None, options: Sequence[str]) -> InputFiles:
    """The inputs of a TOML file's table, and those of `name=FILE` options, which come first; raises UsageError."""
    values: dict[str, Any] = {}
    if file:
        try:
            values = dict(tomllib.loads(file.read_text(encoding="utf-8")).get(TABLE, {}))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, ValueError) as error:
            raise UsageError(f"--config {file}: {error}", file=str(file)) from error
    for option in options:
        name, equals, value = option.partition("=")
        if not equals or not value.strip():
            raise UsageError(f"--input {option}: expected name=FILE, such as --input prices=prices.csv")
        values[name.strip()] = value.strip()
    try:
        return InputFiles.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        name = ".".join(map(str, problem["loc"]))
        is_unknown = problem["type"] == "extra_forbidden"
        told = (
            tell_unknown("input", name, InputFiles.model_fields) if is_unknown else f"input {name!r}: {problem['msg']}"
        )
        raise UsageError(told) from error
