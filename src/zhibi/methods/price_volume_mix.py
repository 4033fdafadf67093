"""Why did sales change: price, volume or mix, and through which customers and categories?

The period is compared with the same one a year before. What new, returning and lost customers
changed is their own step (as in `sales_trend`); of those who bought in both periods, each
account's products are split into price, volume, mix, new and dropped products (domain 3.2, the
formulas in `zhibi.measures.price_volume_mix`). Lines without a product or a quantity have no price
and are a step of their own. All steps are sums over account and product, so that they add up to
the change exactly, in total, by category and by account.

    now = base + lost + new + returning + volume + mix + price + new products + dropped products
        + without product or quantity

Of very many accounts only those that changed most are split one by one
(`zhibi.measures.change_of_all`). Do not trust price and mix where one product number stands for
goods of many prices (a service, a project), or where the unit of a product's quantity changed
between the periods.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.errors import ZhibiError
from zhibi.measures.account_lines import account_key
from zhibi.measures.change_effects import EFFECTS, change_effects, effects_by_account
from zhibi.measures.change_of_all import ChangeOfAll, change_of_all
from zhibi.measures.effects_shown import Effects, effects_of, waterfall
from zhibi.measures.first_days import begins_inside
from zhibi.measures.monthly import growth
from zhibi.measures.periods import Period, trailing, year_before
from zhibi.measures.rows import fetch, tabulate
from zhibi.params import check, param
from zhibi.result import (
    Block,
    Chart,
    Column,
    Figure,
    Finding,
    Identity,
    Note,
    Section,
    Sentence,
    Severity,
    Subject,
    Table,
    Unit,
)
from zhibi.tables.tables import LEVELS, Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TITLE = "Why did sales change: price, volume or mix?"
DRIVERS = 3  # accounts named for each effect and direction
ROUNDING = Decimal(1)  # less than one unit of money is the rounding of prices
TOLD = 2  # of them as findings, for each effect that went against us
SMALLEST_TOLD = Decimal("0.001")  # of last year's sales


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        12, unit="months", help="Length of the period that ends on the as-of day.", within=(1, 60)
    )
    customer_id: str = param("", help="Only this customer; empty for all.")
    category: str = param("", help="Only this category of products; empty for all.")
    level: str = param("group", help="Whose sales are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class PriceVolumeMix:
    """`by_category` adds up to `effects`, and so does `by_account` with `rest`, which is empty but
    for very many customers; `drivers` are the accounts that moved each effect most."""

    identity: Identity
    period: Period
    before: Period
    effects: Effects
    waterfall: Chart
    steps: Table
    by_category: Table
    drivers: Table
    by_account: Table
    rest: Table
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]  # where the year before is not all there
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        rest = (self.rest,) if self.rest.rows else ()
        return (
            Section("Why sales changed", (self.waterfall, self.steps)),
            Section("In which categories", (self.by_category,)),
            Section("Which customers drove each effect", (self.drivers,)),
            Section("Whose sales changed", (self.by_account, *rest)),
            *self.notes,
        )


def analyze(tables: Tables, params: Params | None = None) -> PriceVolumeMix:
    """Split the change against the year before over effects, categories and accounts."""
    params = params or Params()
    check("price_volume_mix", params)
    for column in ("product_id", "quantity"):
        tables.require("price_volume_mix", column)
    period = trailing(tables.day, params.months)
    before = year_before(period)
    found = _change(tables, params, period, before)
    named = found.accounts
    effects = effects_of(found.split)
    drivers = _drivers(named)
    notes = begins_inside(before, tables.first_day)
    findings = (
        *(() if notes else _total_finding(period, effects)),
        *(_driver_finding(period, driver, found.split) for driver in _told(drivers, effects)),
    )
    return PriceVolumeMix(
        identity=tables.identity("price_volume_mix", params, params.level),
        period=period,
        before=before,
        effects=effects,
        waterfall=waterfall(effects),
        steps=_steps(effects, named),
        by_category=_by_category(found.split),
        drivers=_driver_table(drivers),
        by_account=_by_account(named),
        rest=_rest(found.rest),
        findings=findings,
        notes=notes,
    )


def _change(tables: Tables, params: Params, period: Period, before: Period) -> ChangeOfAll:
    """All sales, or those of one customer or category, which leave few enough to split each."""
    if not (params.customer_id or params.category):
        return change_of_all(tables, period=period, before=before, level=params.level)
    only = (
        account_key(tables, params.customer_id, level=params.level) if params.customer_id else None
    )
    split = change_effects(tables, period=period, before=before, level=params.level, only=only)
    if params.category:
        split = _of_category(split, params.category)
    split = tables.keep(f"price_volume_mix|{params}", split)
    named = tables.keep(f"price_volume_mix accounts|{params}", effects_by_account(tables, split))
    return ChangeOfAll(split, named, rest=split.limit(0).mutate(together=0))


def _of_category(split: ir.Table, category: str) -> ir.Table:
    known = [row["category"] for row in fetch(split.select("category").distinct())]
    if category not in known:
        raise ZhibiError(
            "No sales in the category {category} in either period; take one of {known}.",
            category=category,
            known=", ".join(sorted(filter(None, known))),
        )
    return split.filter(split.category == category)


def _steps(effects: Effects, named: ir.Table) -> Table:
    """Every effect, with the number of accounts it moved up and down."""
    counts = {f"up_{name}": (named[name] >= ROUNDING).sum() for name in EFFECTS}
    counts |= {f"down_{name}": (named[name] <= -ROUNDING).sum() for name in EFFECTS}
    found = fetch(named.agg(**counts))[0]
    rows = tuple(
        (
            said,
            effects.parts[name],
            float(effects.parts[name] / effects.base) if effects.base > 0 else None,
            found[f"up_{name}"] or 0,
            found[f"down_{name}"] or 0,
        )
        for name, said in EFFECTS.items()
    )
    return Table(
        key="steps",
        title="Why sales changed",
        columns=(
            Column("step", "Step", Unit.TERM),
            Column("change", "Change", Unit.MONEY_CHANGE, total=True),
            Column("of_base", "Of last year's sales", Unit.CHANGE),
            Column("up", "Customers up", Unit.COUNT),
            Column("down", "Customers down", Unit.COUNT),
        ),
        rows=rows,
        row_count=len(rows),
        totals=(None, sum(effects.parts.values(), Decimal(0)), None, None, None),
    )


AMOUNTS = (
    Column("net_before", "Sales a year before", Unit.MONEY, total=True),
    Column("lost", "Lost customers", Unit.MONEY_CHANGE, total=True),
    Column("new", "New customers", Unit.MONEY_CHANGE, total=True),
    Column("returning", "Returning customers", Unit.MONEY_CHANGE, total=True),
    Column("volume", "Volume", Unit.MONEY_CHANGE, total=True),
    Column("mix", "Mix", Unit.MONEY_CHANGE, total=True),
    Column("price", "Price", Unit.MONEY_CHANGE, total=True),
    Column("new_products", "New products", Unit.MONEY_CHANGE, total=True),
    Column("dropped_products", "Dropped products", Unit.MONEY_CHANGE, total=True),
    Column("unpriced", "Without product or quantity", Unit.MONEY_CHANGE, total=True),
    Column("change", "Change", Unit.MONEY_CHANGE, total=True),
    Column("net", "Sales", Unit.MONEY, total=True),
)


def _by_category(split: ir.Table) -> Table:
    sums = {column.key: split[column.key].sum() for column in AMOUNTS}
    grouped = split.group_by("category").agg(**sums)
    return tabulate(
        grouped.order_by(grouped.change.abs().desc(), "category"),
        "by_category",
        "Effects by category",
        columns=(Column("category", "Category", Unit.NAME), *AMOUNTS),
    )


def _by_account(named: ir.Table) -> Table:
    return tabulate(
        named.order_by(named.change.abs().desc(), "customer_id"),
        "by_account",
        "Effects by customer",
        columns=(
            Column("customer_id", "Customer no.", Unit.NAME),
            Column("name", "Customer", Unit.NAME),
            *AMOUNTS,
        ),
    )


def _rest(rest: ir.Table) -> Table:
    return tabulate(
        rest,
        "rest",
        "All other customers, taken together",
        columns=(Column("together", "Customers", Unit.COUNT, total=True), *AMOUNTS),
    )


@dataclass(frozen=True, slots=True)
class Driver:
    """An account that moved one effect much."""

    effect: str
    amount: Decimal
    row: dict[str, Any]


def _drivers(named: ir.Table) -> tuple[Driver, ...]:
    """For each effect the accounts that moved it most, down and up."""
    found = []
    for effect in EFFECTS:
        amount = named[effect]
        for sign, order in ((-1, amount.asc()), (1, amount.desc())):
            moved = named.filter(amount * sign >= ROUNDING)
            rows = fetch(moved.order_by(order, "customer_id").limit(DRIVERS))
            found += [Driver(effect, row[effect], row) for row in rows]
    return tuple(found)


def _driver_table(drivers: tuple[Driver, ...]) -> Table:
    return Table(
        key="drivers",
        title="Who moved each effect most",
        columns=(
            Column("effect", "Step", Unit.TERM),
            Column("customer_id", "Customer no.", Unit.NAME),
            Column("name", "Customer", Unit.NAME),
            Column("amount", "Change", Unit.MONEY_CHANGE),
            Column("net_before", "Sales a year before", Unit.MONEY),
            Column("net", "Sales", Unit.MONEY),
            Column("owner", "Owner", Unit.NAME),
        ),
        rows=tuple(
            (
                EFFECTS[driver.effect],
                driver.row["customer_id"],
                driver.row["name"],
                driver.amount,
                driver.row["net_before"],
                driver.row["net"],
                driver.row["owner"],
            )
            for driver in drivers
        ),
        row_count=len(drivers),
    )


def _total_finding(period: Period, effects: Effects) -> tuple[Finding, ...]:
    """The news: how much, and the two largest reasons."""
    change = effects.now - effects.base
    if effects.base <= 0 or not any(effects.parts.values()):
        return ()
    first, second = sorted(effects.parts, key=lambda name: -abs(effects.parts[name]))[:2]
    says = Sentence(
        "Sales {net}, {growth} on the year before ({change}): the largest part is {first} with "
        "{first_amount}, then {second} with {second_amount}.",
        {
            "net": Figure(effects.now, Unit.MONEY),
            "growth": Figure(growth(effects.now, effects.base), Unit.CHANGE),
            "change": Figure(change, Unit.MONEY_CHANGE),
            "first": Figure(EFFECTS[first], Unit.TERM),
            "first_amount": Figure(effects.parts[first], Unit.MONEY_CHANGE),
            "second": Figure(EFFECTS[second], Unit.TERM),
            "second_amount": Figure(effects.parts[second], Unit.MONEY_CHANGE),
        },
    )
    severity = Severity.GOOD if change > 0 else Severity.SOON
    return (Finding("price_volume_mix.total", says, severity, period.month_on),)


def _told(drivers: tuple[Driver, ...], effects: Effects) -> list[Driver]:
    """Of each effect that has words here: two accounts that it lowered and one it raised, if it
    is worth telling and no other effect outweighs it."""
    told: list[Driver] = []
    for effect in FALLS:
        own = [d for d in drivers if d.effect == effect and d.amount * d.row["change"] > 0]
        told += [driver for driver in own if driver.amount < 0][:TOLD]
        told += [driver for driver in own if driver.amount > 0 and effect in RISES][:1]
    least = max(effects.base, Decimal(0)) * SMALLEST_TOLD
    worth = [driver for driver in told if abs(driver.amount) >= least]
    return sorted(worth, key=lambda driver: -abs(driver.amount))


def _driver_finding(period: Period, driver: Driver, split: ir.Table) -> Finding:
    """One account and effect, with the category that holds most of it."""
    own = split.filter(split.account_key == driver.row["account_key"])
    parts = own.group_by("category").agg(part=own[driver.effect].sum())
    order = parts.part.asc() if driver.amount < 0 else parts.part.desc()
    most = fetch(parts.order_by(order, "category").limit(1))[0]
    is_named = most["category"] is not None
    template, action = (FALLS if driver.amount < 0 else RISES)[driver.effect]
    figures = {
        "name": Figure(driver.row["name"], Unit.NAME),
        "amount": Figure(driver.amount, Unit.MONEY_CHANGE),
        "category": Figure(
            most["category"] if is_named else "products without a category",
            Unit.NAME if is_named else Unit.TERM,
        ),
        "part": Figure(most["part"], Unit.MONEY_CHANGE),
        "base": Figure(driver.row["net_before"], Unit.MONEY),
        "net": Figure(driver.row["net"], Unit.MONEY),
    }
    return Finding(
        code=f"price_volume_mix.{driver.effect}",
        says=Sentence(template, figures),
        severity=Severity.SOON if driver.amount < 0 else Severity.GOOD,
        cause_on=period.month_on,
        subject=Subject(driver.row["customer_id"], driver.row["name"]),
        action=Sentence(action),
        owner=driver.row["owner"],
        stake=abs(driver.amount),
    )


FALLS = {
    "volume": (
        "{name} bought fewer of the same products: {amount}, most of it in {category} ({part}); "
        "in all {net} after {base}.",
        "Ask what it expects to need this year and who else supplies it.",
    ),
    "mix": (
        "{name} turned to cheaper products: {amount}, most of it in {category} ({part}); in all "
        "{net} after {base}.",
        "Find out before the next framework talks whether budget or quality made it trade down.",
    ),
    "price": (
        "{name} paid less for the same products: {amount}, most of it in {category} ({part}); in "
        "all {net} after {base}.",
        "Check which prices were granted, by whom, and what was promised in return.",
    ),
    "dropped_products": (
        "{name} stopped buying products: {amount}, most of it in {category} ({part}); in all "
        "{net} after {base}.",
        "Ask for each product it dropped who supplies it now.",
    ),
}
RISES = {
    "volume": (
        "{name} bought more of the same products: {amount}, most of it in {category} ({part}); in "
        "all {net} after {base}.",
        "Ask what drives the need, and whether it lasts, before promising the same again.",
    ),
    "mix": (
        "{name} turned to dearer products: {amount}, most of it in {category} ({part}); in all "
        "{net} after {base}.",
        "Note what convinced it, and show it to customers with the same machines.",
    ),
    "price": (
        "{name} paid more for the same products: {amount}, most of it in {category} ({part}); in "
        "all {net} after {base}.",
        "Check that the higher price is agreed and not a mistake that will come back.",
    ),
}
