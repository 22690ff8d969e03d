"""Loading what a step has kept: the sales of all products, or of a sample, and models."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from schemas.records import Sales
from tasks.models.assortment import Assortment
from tasks.sales.weeks import start_of_week
from tasks.store.files import ROW_GROUP
from tasks.store.store import Store

if TYPE_CHECKING:
    from tasks.models.fitting import FittedModel


def load_sales(store: Store, sales: Sales, products: int = ROW_GROUP) -> Assortment:
    """The run's accepted sales, which end at its as-of week, to be read in batches of so many products."""
    weeks = range(sales.first_week, sales.as_of_week + 1)
    return Assortment(partial(store.read_batches, sales.path, products), sales.products, weeks, _first_start(sales))


def load_sample(store: Store, sales: Sales, path: str) -> Assortment:
    """The sales of the products in one file of the run: all of them, or the sample."""
    return Assortment.of(store.read_table(path), _first_start(sales))


def load_model(store: Store, folder: str) -> FittedModel:
    """A model that is kept in the store; raises ModelFailed where Keras cannot read it."""
    from tasks.models.fitting import load  # loads TensorFlow

    with store.copied(folder) as copy:  # Keras cannot tell a disk that refuses for a moment from a broken file
        return load(copy, store.tell(folder))


def _first_start(sales: Sales) -> date | None:
    return start_of_week(sales.first_week, sales.first_date)
