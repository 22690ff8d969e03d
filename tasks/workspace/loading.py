"""What steps keep for one another, and how they load it: sales of all products or of a sample, inputs and models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.inputs.told import KNOWN_SINCE
from schemas.records import CheckedFile, Sales
from schemas.sales import WEEK, week_column
from tasks.inputs.attaching import Attachment
from tasks.inputs.coming import tabulate_unsold
from tasks.inputs.masks import masked_columns
from tasks.models.assortment import Assortment
from tasks.sales.weeks import start_of_week
from tasks.sales.wide_sales import BATCH
from tasks.store.files import ROW_GROUP
from tasks.store.paths import PANEL_FILE, run_file
from tasks.store.store import Store

if TYPE_CHECKING:
    from tasks.models.fitting import FittedModel

_AT_ONCE = 1 << 20  # rows of inputs


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

    def keep(self, store: Store, sales: Sales, path: str) -> None:
        """Write what they tell into the run's folder; path: of the sales, in the weeks that the store knows so."""
        if sales.overrides:
            store.write_table(sales.overrides, self.sold.overrides)
        if self.coming and sales.coming_panel:
            weeks = [week_column(week) for week in range(sales.first_week, sales.as_of_week + 1)]
            store.write_table(sales.coming_panel, self.coming.attach(tabulate_unsold(sales.coming, weeks), 0))
        if sales.panel:
            batches = self.sold.attach_all(store.read_batches(path, BATCH))
            first = next(batches)
            with store.writing_table(sales.panel, first.schema) as write:
                for table in chain([first], batches):
                    write(table)


def load_inputs(store: Store, checked: CheckedFile, path: str, weeks: Sequence[int], horizon: int) -> Inputs | None:
    """What inputs tell of the weeks that the store knows so and of those after them; None where they tell nothing.

    path: of the sales, in these weeks, which end as the file's do
    """
    if checked.inputs is None:
        return None
    codes = pa.concat_tables(store.read_batches(path, columns=[PRODUCT_CODE]))[PRODUCT_CODE].combine_chunks()
    span, read = range(weeks[0], weeks[-1] + 1), partial(store.read_batches, path)
    told = partial(_read_inputs, store, checked.inputs, weeks[-1] - checked.last_week)
    sold = Attachment(told(), codes, span, horizon, read)
    if not sold.rows.num_rows:
        return None
    if not checked.coming:
        return Inputs(sold, None)
    codes, known = pa.array(checked.coming, pa.string()), map(sold.leave_out_others, told())
    return Inputs(sold, Attachment(known, codes, span, horizon, read))


def _read_inputs(store: Store, path: str, later: int) -> Iterator[pa.Table]:
    """What inputs tell, in weeks with numbers that are so much higher."""
    for rows in store.read_batches(path, _AT_ONCE):
        for name in (WEEK, KNOWN_SINCE):
            placed = pc.add(rows[name], pa.scalar(later, pa.int32()))
            rows = rows.set_column(rows.column_names.index(name), name, placed)
        yield rows


def load_masks(store: Store, run_id: str) -> Iterable[pa.Table]:
    """What a run was told to be out of stock, see `tasks.inputs.masks`; nothing where its panel is not kept."""
    panel = run_file(run_id, PANEL_FILE)
    told = masked_columns(store.read_columns(panel)) if store.exists(panel) else []
    return store.read_batches(panel, columns=[PRODUCT_CODE, *told]) if told else ()


def load_model(store: Store, folder: str) -> FittedModel:
    """A model that is kept in the store; raises ModelFailed where Keras cannot read it."""
    from tasks.models.fitting import load  # loads TensorFlow

    with store.copied(folder) as copy:  # Keras cannot tell a disk that refuses for a moment from a broken file
        return load(copy, store.tell(folder))


def _first_start(sales: Sales) -> date | None:
    return start_of_week(sales.first_week, sales.first_date)
