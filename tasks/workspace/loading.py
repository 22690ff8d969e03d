"""Loading what a step has kept: the sales of all products, or of a sample, and models."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.inputs.told import KNOWN_SINCE
from schemas.records import CheckedFile, Sales
from schemas.sales import WEEK
from tasks.inputs.attaching import Attachment
from tasks.models.assortment import Assortment
from tasks.sales.weeks import start_of_week
from tasks.store.files import ROW_GROUP
from tasks.store.store import Store

if TYPE_CHECKING:
    from tasks.models.fitting import FittedModel


def load_sales(store: Store, sales: Sales, products: int = ROW_GROUP) -> Assortment:
    """The run's accepted sales, which end at its as-of week, to be read in batches of so many products."""
    weeks = range(sales.first_week, sales.as_of_week + 1)
    return Assortment(partial(store.read_batches, sales.learned, products), sales.products, weeks, _first_start(sales))


def load_sample(store: Store, sales: Sales, path: str) -> Assortment:
    """The sales of the products in one file of the run: all of them, or the sample."""
    return Assortment.of(store.read_table(path), _first_start(sales))


class Inputs(NamedTuple):
    """What inputs tell of the products with sales, and of those that come, None where none comes."""

    sold: Attachment
    coming: Attachment | None


def load_inputs(store: Store, checked: CheckedFile, path: str, weeks: Sequence[int], horizon: int) -> Inputs | None:
    """What inputs tell of the weeks that the store knows so and of those after them; None where they tell nothing.

    path: of the sales, in these weeks, which end as the file's do
    """
    if checked.inputs is None:
        return None
    rows, span = store.read_table(checked.inputs), range(weeks[0], weeks[-1] + 1)
    codes = pa.concat_tables(store.read_batches(path, columns=[PRODUCT_CODE]))[PRODUCT_CODE]
    for name in (WEEK, KNOWN_SINCE):
        placed = pc.add(rows[name], pa.scalar(weeks[-1] - checked.last_week, pa.int32()))
        rows = rows.set_column(rows.column_names.index(name), name, placed)
    read = partial(store.read_batches, path)
    sold = Attachment(rows, codes.combine_chunks(), span, horizon, read)
    if not sold.rows.num_rows:
        return None
    coming = Attachment(rows, pa.array(checked.coming, pa.string()), span, horizon, read) if checked.coming else None
    return Inputs(sold, coming)


def load_model(store: Store, folder: str) -> FittedModel:
    """A model that is kept in the store; raises ModelFailed where Keras cannot read it."""
    from tasks.models.fitting import load  # loads TensorFlow

    with store.copied(folder) as copy:  # Keras cannot tell a disk that refuses for a moment from a broken file
        return load(copy, store.tell(folder))


def _first_start(sales: Sales) -> date | None:
    return start_of_week(sales.first_week, sales.first_date)
