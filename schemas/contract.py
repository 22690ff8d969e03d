"""A contract: the Arrow types of a table and the pandera checks of its values, enforced together."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa
import pyarrow
from pandera.config import CONFIG, ValidationDepth
from pandera.errors import SchemaError

from schemas.errors import ContractBroken, UsageError

FILLED = pa.Check.str_length(min_value=1)
QUANTITY = pa.Check.in_range(0, float("inf"), include_max=False)


@dataclass(frozen=True)
class Contract:
    """What a table must be at the border of a step; `columns` may be a prefix of a wider table."""

    name: str
    columns: pyarrow.Schema
    values: pa.DataFrameSchema

    def enforce(self, table: pyarrow.Table) -> pyarrow.Table:
        """Return the table as it is, or raise ContractBroken naming the first column at fault."""
        for number, expected in enumerate(self.columns):
            found = table.schema.field(number) if number < table.num_columns else None
            if found is None or (found.name, found.type) != (expected.name, expected.type):
                raise ContractBroken(f"{self.name}: column {number} should be {expected}, found {found}")
        self.enforce_values(table.to_pandas(date_as_object=False))
        return table

    def enforce_values(self, frame: pd.DataFrame) -> None:
        """Check the values alone, of a table whose types are known to hold."""
        try:
            self.values.validate(frame)
        except SchemaError as error:
            raise ContractBroken(f"{self.name}: {error}") from error


def require_enforcement() -> None:
    """Raise UsageError where the environment switches pandera's checks off, which it does without a word."""
    if not CONFIG.validation_enabled or CONFIG.validation_depth not in (None, ValidationDepth.SCHEMA_AND_DATA):
        raise UsageError(
            "PANDERA_VALIDATION_ENABLED or PANDERA_VALIDATION_DEPTH switches the checks of the data off; "
            "unset them: nothing is published unchecked"
        )
