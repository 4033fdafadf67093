"""What does each account buy, what do customers like it buy that it does not, what did it drop?

Preference is the share of a category in the account's purchases against the same share in what its
peers buy (lift). Whitespace are the categories that more than half of its peers buy and it does
not; the potential is the peers' median share times the account's purchases, between their
quartiles (`zhibi.measures.whitespace`). Peers are the other accounts of the same industry or kind,
at least five of whom none holds half, else all customers (`zhibi.measures.peers`). Dropped are
categories bought in the year before the last `quiet_months` and not in them, while the account
buys other things and at least half of the peers who bought them still do.

A potential is a question for the customer, not a forecast: who buys one of our lines may have no
use for another, or a contract elsewhere. Peers by industry are only as alike as the industries are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from zhibi.measures.compared import Compared, Dropped, alike_by, compare, told_apart_by
from zhibi.measures.peers import NONE
from zhibi.measures.periods import Period, previous, trailing
from zhibi.measures.product_mix import STEPS, first_of, product_mix
from zhibi.measures.rows import SHOWN
from zhibi.measures.whitespace import Cell
from zhibi.measures.whitespace_told import whitespace_told
from zhibi.params import check, param
from zhibi.result import (
    Block,
    Chart,
    Column,
    Estimate,
    Figure,
    Finding,
    Identity,
    Mark,
    Note,
    Row,
    Section,
    Sentence,
    Severity,
    Subject,
    Table,
    Unit,
)
from zhibi.tables.tables import LEVELS, Tables

TITLE = "What do accounts buy, and what do customers like them buy that they do not?"
NAMED = 5  # accounts, and dropped categories, that get a finding
MATRIX_ACCOUNTS, MATRIX_CATEGORIES = 12, 12


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        12, unit="months", help="Length of the period that ends on the as-of day.", within=(1, 120)
    )
    by: str = param(
        "auto",
        help="What purchases are told apart by; auto is the category where it is filled.",
        choices=("auto", "category", "product"),
    )
    peers: str = param(
        "auto",
        help="Whom an account is compared with; auto is its industry where filled, else its kind.",
        choices=("auto", "industry", "kind", "all"),
    )
    potential: str = param(
        "share",
        help="Potential is the peers' median share of purchases, or their median amount.",
        choices=("share", "amount"),
    )
    quiet_months: int = param(
        6, unit="months", help="A category not bought for this long is dropped.", within=(1, 120)
    )
    level: str = param("group", help="Whose purchases are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class ProductPreference:
    """`whitespace` has a row for each open account × category, `breadth` one for each account,
    `preference` what the largest accounts buy, `dropped` what accounts buy no more."""

    identity: Identity
    period: Period
    recent: Period
    before: Period
    breadth: Table
    whitespace: Table
    dropped: Table
    preference: Table
    matrix: Chart
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        return (
            Section("What customers like it buy and it does not", (self.breadth, self.whitespace)),
            Section("What accounts buy no more", (self.dropped,)),
            Section("What the largest accounts buy", (self.matrix, self.preference)),
            *self.notes,
        )


def analyze(tables: Tables, params: Params | None = None) -> ProductPreference:
    """Compare what each account buys with what its peers buy."""
    params = params or Params()
    check("product_preference", params)
    period = trailing(tables.day, params.months)
    recent = trailing(tables.day, params.quiet_months)
    before = previous(recent, 12)
    column = told_apart_by(tables, params.by)
    mix = product_mix(
        tables, column, period=period, recent=recent, before=before, level=params.level
    )
    alike = alike_by(tables, params.peers)
    compared = compare(tables, mix, attribute=alike, by_share=params.potential == "share")
    breadth, dropped = _breadth(compared), _dropped(compared)
    return ProductPreference(
        identity=tables.identity("product_preference", params, params.level),
        period=period,
        recent=recent,
        before=before,
        breadth=breadth,
        whitespace=_whitespace(compared),
        dropped=dropped,
        preference=_preference(compared),
        matrix=_matrix(compared),
        notes=_notes(compared, column),
        findings=(
            *(whitespace_told(row, period) for row in _records(breadth, NAMED) if row["open"]),
            *(
                _dropped_finding(row, recent, params.quiet_months)
                for row in _first_of_each(dropped)
            ),
        ),
    )


def _money(steps: int) -> Decimal:
    return Decimal(int(steps)) / STEPS


def _estimate(potential: Iterable[float], n: int) -> Estimate:
    low, middle, high = (round(float(value), 2) for value in potential)
    return Estimate(middle, low, high, n)


def _breadth(compared: Compared) -> Table:
    """One row an account: how many categories it buys, its peers buy, and are open."""
    mix = compared.mix
    open_count, potential = compared.space.totals
    is_active = mix.size > 0

    def row(account: int, who: dict[str, Any], open_to: list[int]) -> Row:
        peers = compared.peer_count(account)
        return (
            who["customer_id"],
            who["name"],
            compared.peers_said(account),
            peers,
            int(mix.category_count[account]),
            compared.peer_categories(account),
            int(open_count[account]),
            tuple(mix.categories[category] for category in open_to),
            _money(mix.size[account]),
            _estimate(potential[:, account], peers) if peers else None,
            who["owner"],
        )

    def rows(at_most: int | None) -> tuple[Row, ...]:
        order = np.lexsort((-mix.size, -potential[1]))
        chosen = first_of(order[is_active[order]], (potential[1], mix.size), at_most)
        who = compared.people(chosen)
        chosen.sort(key=lambda at: (-potential[1, at], -mix.size[at], who[at]["customer_id"]))
        open_to = compared.space.open_to(chosen[:at_most])
        return tuple(row(at, who[at], open_to[at]) for at in chosen[:at_most])

    return Table(
        key="breadth",
        title="Accounts by open potential",
        columns=BREADTH,
        rows=rows(SHOWN),
        row_count=int(is_active.sum()),
        totals=(*(None,) * 8, _money(mix.size.sum()), None, None),
        fetch_all=lambda: rows(None),
    )


BREADTH = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("peers", "Compared with", Unit.TERM),
    Column("peer_count", "Peers", Unit.COUNT),
    Column("categories", "Categories bought", Unit.COUNT),
    Column("peer_categories", "Categories peers buy (mean)", Unit.RATIO),
    Column("open_count", "Open categories", Unit.COUNT),
    Column("open", "Open", Unit.NAMES),
    Column("net", "Bought", Unit.MONEY, total=True),
    Column("potential", "Potential", Unit.MONEY),
    Column("owner", "Owner", Unit.NAME),
)


def _whitespace(compared: Compared) -> Table:
    """One row an open account × category, largest potential first."""
    mix, figures = compared.mix, compared.reference

    def row(cell: Cell, who: dict[str, Any]) -> Row:
        peers = compared.peer_count(cell.account)
        group = compared.groups.group[cell.account]
        return (
            who["customer_id"],
            who["name"],
            mix.categories[cell.category],
            compared.peers_said(cell.account),
            peers,
            int(figures.buyers[group, cell.category]) / peers,
            _money(mix.size[cell.account]),
            _estimate(cell.potential, peers),
            who["owner"],
        )

    def rows(at_most: int | None) -> tuple[Row, ...]:
        cells = compared.space.cells(at_most)
        who = compared.people(cell.account for cell in cells)
        cells.sort(
            key=lambda cell: (
                -cell.potential[1],
                who[cell.account]["customer_id"],
                cell.category,
            )
        )
        return tuple(row(cell, who[cell.account]) for cell in cells[:at_most])

    return Table(
        key="whitespace",
        title="Open categories",
        columns=WHITESPACE,
        rows=rows(SHOWN),
        row_count=int(compared.space.totals[0].sum()),
        fetch_all=lambda: rows(None),
    )


WHITESPACE = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("category", "Category", Unit.NAME),
    Column("peers", "Compared with", Unit.TERM),
    Column("peer_count", "Peers", Unit.COUNT),
    Column("buyers", "Peers who buy it", Unit.SHARE),
    Column("net", "Bought", Unit.MONEY),
    Column("potential", "Potential", Unit.MONEY),
    Column("owner", "Owner", Unit.NAME),
)


def _dropped(compared: Compared) -> Table:
    """One row an account × category bought no more, largest former purchases first."""
    found = sorted(compared.dropped(), key=lambda one: -one.net_before)

    def row(one: Dropped, who: dict[str, Any]) -> Row:
        return (
            who["customer_id"],
            who["name"],
            compared.mix.categories[one.category],
            _money(one.net_before),
            _money(one.net_recent),
            one.others,
            one.still / one.others,
            who["owner"],
        )

    def rows(at_most: int) -> tuple[Row, ...]:
        least = found[:at_most][-1].net_before if found else 0
        chosen = [one for one in found if one.net_before >= least]
        who = compared.people(one.account for one in chosen)
        chosen.sort(
            key=lambda one: (-one.net_before, who[one.account]["customer_id"], one.category)
        )
        return tuple(row(one, who[one.account]) for one in chosen[:at_most])

    return Table(
        key="dropped",
        title="Bought in the year before, not lately",
        columns=DROPPED,
        rows=rows(SHOWN),
        row_count=len(found),
        totals=(
            *(None,) * 3,
            _money(sum(one.net_before for one in found)),
            _money(sum(one.net_recent for one in found)),
            *(None,) * 3,
        ),
        fetch_all=lambda: rows(len(found)),
    )


DROPPED = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("category", "Category", Unit.NAME),
    Column("net_before", "Sales in the year before", Unit.MONEY, total=True),
    Column("net_recent", "Sales lately", Unit.MONEY, total=True),
    Column("peer_count", "Peers who bought it", Unit.COUNT),
    Column("still", "of whom still do", Unit.SHARE),
    Column("owner", "Owner", Unit.NAME),
)


def _preference(compared: Compared) -> Table:
    """The categories of the largest accounts, and how much more they weigh than with peers."""
    largest, who = compared.largest(SHOWN)
    found = compared.preferences(largest)
    rows = tuple(
        (
            who[one.account]["customer_id"],
            who[one.account]["name"],
            compared.mix.categories[one.category],
            _money(one.bought),
            one.share,
            one.peer_share,
            one.lift,
        )
        for one in found
    )
    return Table(
        key="preference",
        title="What the largest accounts buy",
        columns=PREFERENCE,
        rows=rows[:SHOWN],
        row_count=len(rows),
        totals=(None, None, None, _money(sum(one.bought for one in found)), None, None, None),
        fetch_all=lambda: rows,
    )


PREFERENCE = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("category", "Category", Unit.NAME),
    Column("net", "Bought", Unit.MONEY, total=True),
    Column("share", "Share of its purchases", Unit.SHARE),
    Column("peer_share", "Share with its peers", Unit.SHARE),
    Column("lift", "Lift", Unit.RATIO),
)


def _matrix(compared: Compared) -> Chart:
    """The largest accounts against the categories they buy most: won, open or neither."""
    largest, who = compared.largest(MATRIX_ACCOUNTS)
    rows: tuple[Row, ...] = tuple(
        (who[account]["name"], compared.mix.categories[category], share, status)
        for account, category, share, status in compared.matrix(largest, MATRIX_CATEGORIES)
    )
    return Chart(
        key="matrix",
        title="Categories of the largest accounts: won and open",
        mark=Mark.HEAT_MAP,
        columns=(
            Column("name", "Customer", Unit.NAME),
            Column("category", "Category", Unit.NAME),
            Column("share", "Share of its purchases", Unit.SHARE),
            Column("status", "Status", Unit.TERM),
        ),
        rows=rows,
        x="category",
        y=("share",),
        series="name",
        text=Sentence(
            "Of {n} cells, {won} are won and {open} are open.",
            {
                "n": Figure(len(rows), Unit.COUNT),
                "won": Figure(sum(row[3] == "won" for row in rows), Unit.COUNT),
                "open": Figure(sum(row[3] == "open" for row in rows), Unit.COUNT),
            },
        ),
    )


def _notes(compared: Compared, column: str) -> tuple[Note, ...]:
    mix, group = compared.mix, compared.groups.group
    is_active = mix.size > 0
    everybody = len(compared.groups.names) - 1
    said = [
        Sentence(
            "Purchases are told apart by {column}; a category returned on balance is not bought.",
            {"column": Figure(WORDS[column], Unit.TERM)},
        )
    ]
    for count, template in (
        (
            int((is_active & (group == everybody)).sum()) if everybody else 0,
            "{n:customer is|customers are} compared with all customers: too few are like them, "
            "or one holds half.",
        ),
        (
            int((is_active & (group == NONE)).sum()),
            "{n:customer is|customers are} compared with nobody: there are fewer than five "
            "others, or one holds half.",
        ),
    ):
        if count:
            said.append(Sentence(template, {"n": Figure(count, Unit.COUNT)}))
    if mix.net_without_category:
        said.append(
            Sentence(
                "Lines that name none ({net}) are left out.",
                {"net": Figure(_money(mix.net_without_category), Unit.MONEY)},
            )
        )
    return tuple(map(Note, said))


WORDS = {"category": "category", "product_name": "product name", "product_id": "product number"}


def _records(table: Table, count: int) -> list[dict[str, Any]]:
    """The first rows of a table by column key."""
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.rows[:count]]


def _first_of_each(dropped: Table) -> list[dict[str, Any]]:
    """The largest dropped category of each customer: one finding each."""
    by_customer: dict[str, dict[str, Any]] = {}
    for row in _records(dropped, SHOWN):
        by_customer.setdefault(row["customer_id"], row)
    return list(by_customer.values())[:NAMED]


def _dropped_finding(row: dict[str, Any], recent: Period, months: int) -> Finding:
    return Finding(
        code="product_preference.dropped",
        says=Sentence(
            "{name} has not bought {category} for {months:month|months}; in the year before it "
            "bought {net}. Of {peers} customers like it who bought it, {still} still do.",
            {
                "name": Figure(row["name"], Unit.NAME),
                "category": Figure(row["category"], Unit.NAME),
                "months": Figure(months, Unit.COUNT),
                "net": Figure(row["net_before"], Unit.MONEY),
                "peers": Figure(row["peer_count"], Unit.COUNT),
                "still": Figure(row["still"], Unit.SHARE),
            },
        ),
        severity=Severity.SOON,
        cause_on=recent.month_on,
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence(
            "Ask {name} this week who supplies {category} now, and why it changed.",
            {
                "name": Figure(row["name"], Unit.NAME),
                "category": Figure(row["category"], Unit.NAME),
            },
        ),
        owner=row["owner"],
        stake=row["net_before"],
    )
