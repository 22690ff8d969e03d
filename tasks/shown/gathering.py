"""Everything that a run's page shows, from the run's files and from what was published before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import HORIZON, METHOD, REASON, UNITS_MEAN
from schemas.paths.groups import GROUP_BY, GROUPS, TOTAL
from schemas.records import Account
from schemas.sales import ACTION, SET_ASIDE
from schemas.scores import MAE_ERROR
from tasks.models.paths.grouping import pick_attributes
from tasks.page.contents import Gate, Group, Page
from tasks.page.judged import Total
from tasks.page.published import LAST_COLUMNS, LastForecast, sum_vintages
from tasks.page.summaries import (
    add_sold,
    count_methods,
    count_rules,
    list_groups,
    list_replaced,
    list_totals,
)
from tasks.sales.plausibility.totals import sum_expected
from tasks.shown.listed import list_products
from tasks.shown.past import PastVintages, Published, is_group
from tasks.shown.products import Overview, read_products
from tasks.shown.to_do import list_tasks
from tasks.store.paths import (
    ATTRIBUTES_FILE,
    FORECAST_FILE,
    GATE_FILE,
    GROUPS_FILE,
    QUARANTINE_FILE,
    SCORES_FILE,
    run_file,
)
from tasks.store.snapshot import Snapshot

_SHOWN = 50  # rows set aside that the page shows


def gather_page(
    snapshot: Snapshot,
    account: Account,
    most: int,
    *,
    ledger: str | None = None,
    products: Sequence[str] = (),
    orders: pa.Table | None = None,
    is_published: bool = False,
) -> Page:
    """Read what the page of a run shows.

    most: products that it lists
    ledger: folder of what the run has written of the ledger, None where that is published
    products: the only ones to list, all where none is named; raises UsageError where one is not there
    orders: made from its forecast, None where there are none
    is_published: whether the page tells when forecasts were published
    """
    past = PastVintages(snapshot, account, ledger)
    return _Gathering(snapshot, account, past).gather(most, products, orders, is_published)


class _Gathering:
    """Reads the tables of one run; each large one once or twice."""

    def __init__(self, snapshot: Snapshot, account: Account, past: PastVintages) -> None:
        self._snapshot, self._store, self._account, self._past = snapshot, snapshot.store, account, past
        self._all = Overview.of(read_products(self._store, account.run_id))

    def _file(self, name: str) -> str:
        return run_file(self._account.run_id, name)

    def gather(self, most: int, products: Sequence[str], orders: pa.Table | None, is_published: bool) -> Page:
        """All of the page."""
        account, store, past = self._account, self._store, self._past
        vintage = past.find_last()
        last = self._read_last(vintage) if vintage else None
        groups, scores = self._read_groups(), past.read_scores()
        quarantine = store.read_table(self._file(QUARANTINE_FILE))
        coming, span = list_totals(groups)
        aside = quarantine.filter(pc.field(ACTION) == SET_ASIDE) if ACTION in quarantine.column_names else quarantine
        return Page(
            account=account,
            published_at=past.find_publication(account.run_id) if is_published else None,
            last=last.judge(scores, *self._expected_of(vintage, is_published)) if last and vintage else None,
            observed=self._all.observed,
            past=past.list_totals(),
            coming=coming or self._sum_expected(),
            span=span,
            groups=self._list_groups(groups, vintage),
            tasks=list_tasks(store, account, past, self._all, orders),
            listing=list_products(store, account, past, self._all, last, aside, most, products),
            vintages=sum_vintages(scores, account.as_of_week),
            scores=self._read_scores(),
            gate=self._read_gate(),
            methods=count_methods(self._read_forecasts(HORIZON, METHOD, REASON)),
            set_aside=aside.slice(0, _SHOWN),
            set_aside_counts=count_rules(aside),
            replaced=list_replaced(quarantine) if ACTION in quarantine.column_names else (),
            chosen=bool(products),
        )

    def _read_forecasts(self, *columns: str) -> Iterator[pa.Table]:
        return self._store.read_batches(self._file(FORECAST_FILE), columns=columns)

    def _sum_expected(self) -> list[Total]:
        """The totals of a run of an earlier release, which are without intervals."""
        sums = sum_expected(self._read_forecasts(HORIZON, UNITS_MEAN))
        return [Total(self._account.as_of_week + ahead, units, None, None) for ahead, units in enumerate(sums, 1)]

    def _read_groups(self) -> pa.Table:
        path = self._file(GROUPS_FILE)
        return self._store.read_table(path, is_group()) if self._store.exists(path) else GROUPS.columns.empty_table()

    def _read_scores(self) -> pa.Table:
        """The scores of past weeks; an earlier release scored all products, and told of no standard error."""
        scores = self._store.read_table(self._file(SCORES_FILE))
        if MAE_ERROR in scores.column_names:
            return scores
        return scores.append_column(MAE_ERROR, pa.array([0.0] * scores.num_rows, pa.float64()))

    def _read_last(self, vintage: Published) -> LastForecast:
        there = self._store.read_columns(vintage.path)
        batches = self._past.read_batches(vintage, [name for name in LAST_COLUMNS if name in there])
        return LastForecast(vintage.week, batches, self._account.as_of_week - vintage.week)

    def _expected_of(self, vintage: Published, is_published: bool) -> tuple[Total | None, int, datetime | None]:
        """What a vintage expected of the last week, the week, and when it was published."""
        week = self._account.as_of_week
        total = next((total for total in self._past.read_totals(vintage) if total.week == week), None)
        return total, week, self._past.find_publication(vintage.run_id) if is_published else None

    def _list_groups(self, groups: pa.Table, vintage: Published | None) -> list[tuple[str, list[Group]]]:
        path = self._file(ATTRIBUTES_FILE)
        if not self._store.exists(path):
            return []
        codes = self._all.codes.to_numpy(zero_copy_only=False)
        attributes, found = pick_attributes(self._store.read_table(path), codes), []
        for group_by in groups[GROUP_BY].unique().to_pylist():
            # A column that is called as another way to group has a longer name there.
            name = group_by if group_by in attributes.column_names[1:] else group_by.removesuffix("_in_file")
            if group_by == TOTAL or name not in attributes.column_names:
                continue
            lately = add_sold(attributes[name], name, self._all.lately)
            before = self._past.sum_groups(vintage, name) if vintage else {}
            listed = list_groups(groups, name, group_by, lately, before)
            if 1 < len(listed) < self._account.products:  # otherwise they say nothing new
                found.append((name, listed))
        return found

    def _read_gate(self) -> Gate | None:
        path = self._file(GATE_FILE)
        if not self._store.exists(path):
            return None
        told, account = self._store.read_json(path), self._account
        names = sorted(told["errors"], key=lambda name: (told["errors"][name], name))
        errors = [(name, told["errors"][name], told["errors_by_origin"][name]) for name in names]
        return Gate(
            account.method, bool(account.promoted), account.reason or told.get("reason", ""), told["origins"], errors
        )
