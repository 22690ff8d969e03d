"""Who answers in a run, as a small record of paths: all that any process needs to forecast any of its products."""

from __future__ import annotations

from datetime import date

from schemas.records import Promotion, Record, Sales, WindowSet
from tasks.sales.history.identity import identify
from tasks.sales.weeks import start_of_week
from tasks.store.paths import model_folder
from tasks.workspace.workspace import Workspace


class Served(Record):
    """What answered in the last published week before the run's.

    week: its index
    model: folder of its network
    method: that answered
    is_same: whether it answers now too
    restated: whether what was known in its week is known otherwise now
    """

    week: int
    model: str
    method: str
    is_same: bool
    restated: bool


class GroupedBy(Record):
    """How products are grouped.

    pits: file of the past ones, None where there are none
    attributes: the table of what the file tells of each product, None where it tells nothing
    columns: those by which products are grouped
    each: whether each product is a group, too
    seed: of the sample paths
    """

    pits: str | None
    attributes: str | None
    columns: tuple[str, ...]
    each: bool
    seed: int


class Coming(Record):
    """The products without sales that a run forecasts.

    panel: what is known of them
    places: how many products with sales stand before each
    attributes: the table of what is told of all products, None where nothing is
    """

    panel: str
    places: tuple[int, ...]
    attributes: str | None


class Bundle(Record):
    """What answers in a run.

    store: its place
    sales: the wide table of all products
    sample: that of those which stand for all, None where it is not kept
    products: their number
    first_start: date of the first week
    model: folder of the network, None where there is none
    common: what all products have in common, None where it is measured on the sample
    method, reason, network_interval: see `schemas.records.Promotion`
    before: None where it is gone, or forecast no week that is forecast now
    levels: probabilities of the quantiles that are asked for
    grouped: None where products are not grouped
    coming: None where no product without sales is forecast
    """

    store: str
    sales: str
    sample: str | None
    products: int
    first_start: date | None
    horizon: int
    model: str | None
    common: str | None
    method: str
    reason: str
    network_interval: bool
    before: Served | None
    levels: tuple[float, ...] = ()
    grouped: GroupedBy | None = None
    coming: Coming | None = None

    @classmethod
    def of(cls, work: Workspace, sales: Sales, windows: WindowSet, promotion: Promotion, horizon: int) -> Bundle:
        """What answers in a run whose promotion is decided; its products are not grouped."""
        model = promotion.model
        is_own = model is not None and model.version == identify("model", sales.run_id)
        return cls(
            store=work.store.address,
            sales=sales.learned,
            sample=windows.sample,
            products=sales.products,
            first_start=start_of_week(sales.first_week, sales.first_date),
            horizon=horizon,
            model=model.folder if model else None,
            common=windows.common if is_own else None,
            method=promotion.method,
            reason=promotion.reason,
            network_interval=promotion.network_interval,
            before=_find_served(work, sales, promotion, horizon),
        )


def _find_served(work: Workspace, sales: Sales, promotion: Promotion, horizon: int) -> Served | None:
    incumbent = work.incumbent(sales.as_of_week)
    if incumbent is None or incumbent.as_of_week + horizon <= sales.as_of_week:
        return None
    is_same = (promotion.champion, promotion.method) == (incumbent.model_version, incumbent.method)
    if not is_same and not incumbent.has_model():
        return None
    restated = min(sales.changed_weeks, default=sales.as_of_week) <= incumbent.as_of_week
    return Served(
        week=incumbent.as_of_week,
        model=model_folder(incumbent.model_version),
        method=incumbent.method,
        is_same=is_same,
        restated=restated and incumbent.has_model(),
    )
