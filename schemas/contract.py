"""A contract: the Arrow types of a table and the pandera checks of its values, enforced together.

A column says what it means in the metadata of its field, which stands in each Parquet file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pyarrow
from pandera.config import CONFIG, ValidationDepth
from pandera.errors import SchemaError

from schemas.errors import ContractBroken, UsageError

FILLED = pa.Check.str_length(min_value=1)
_DESCRIPTION = "description"
QUANTITY = pa.Check.in_range(0, float("inf"), include_max=False)


def column(name: str, kind: pyarrow.DataType, description: str) -> pyarrow.Field:
    """A column that says what it means."""
    return pyarrow.field(name, kind, metadata={_DESCRIPTION: description})


def describe(field: pyarrow.Field) -> str:
    """What a column means; empty where it does not say."""
    return str((field.metadata or {}).get(_DESCRIPTION.encode(), b"").decode())


def redescribe(columns: pyarrow.Schema, descriptions: Mapping[str, Any]) -> pyarrow.Schema:
    """The same columns with other metadata of their fields, by name; without any where they are not named."""
    fields = [field.remove_metadata().with_metadata(descriptions.get(field.name)) for field in columns]
    return pyarrow.schema(fields, columns.metadata)


@dataclass(frozen=True)
class Contract:
    """What a table must look like when one step hands it to the next.

    columns: names and types of the first columns, in order; a table may have more. values: checks of the values.
    """

    name: str
    columns: pyarrow.Schema
    values: pa.DataFrameSchema

    def enforce(self, table: pyarrow.Table) -> pyarrow.Table:
        """Return the table unchanged, or raise ContractBroken, which names the first column at fault."""
        for number, expected in enumerate(self.columns):
            found = table.schema.field(number) if number < table.num_columns else None
            if found is None or (found.name, found.type) != (expected.name, expected.type):
                raise ContractBroken(f"{self.name}: column {number} should be {expected}, found {found}")
        self.enforce_values(table.to_pandas(date_as_object=False))
        return table

    def enforce_values(self, frame: pd.DataFrame) -> None:
        """Check the values only, of a table whose types are already known to be right; raises ContractBroken."""
        try:
            self.values.validate(frame)
        except SchemaError as error:
            raise ContractBroken(f"{self.name}: {error}") from error


class Ascending:
    """Requires that the product codes of successive batches ascend, so that no product is in two of them."""

    def __init__(self, name: str) -> None:
        self._name, self._last = name, ""

    def require(self, codes: pyarrow.ChunkedArray) -> None:
        """Look at the next batch; raises ContractBroken where its first code does not follow the last one."""
        if not len(codes):
            return
        first = codes[0].as_py()
        if first <= self._last:
            raise ContractBroken(f"{self._name}: product {first!r} should not follow {self._last!r}")
        self._last = codes[-1].as_py()


def require_enforcement() -> None:
    """Raise UsageError where environment variables switch pandera's checks off, because pandera does not warn."""
    if not CONFIG.validation_enabled or CONFIG.validation_depth not in (None, ValidationDepth.SCHEMA_AND_DATA):
        raise UsageError(
            "PANDERA_VALIDATION_ENABLED or PANDERA_VALIDATION_DEPTH switches the checks of the data off; "
            "unset them: nothing is published unchecked"
        )
