"""The nine marks of a key account, each met, not met or unknown, and the figures behind them.

What the data can tell is told by the data, the rest by what people judged last. Some data can
only speak for a mark: three of our people busy with a customer show that many take part, one shows
nothing. No mark is ever taken as not met because nobody looked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from zhibi.measures.assessments import TOP, Assessment, latest
from zhibi.measures.periods import Period, months_before, trailing
from zhibi.measures.rhythm import Rule
from zhibi.measures.sales import (
    accounts,
    by_account,
    first_order_day,
    key_type,
    net_sales,
    to_accounts,
    within,
)
from zhibi.measures.watched import watch
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

MARKS = (
    "frequent_large",
    "complex",
    "concentrated_buying",
    "service_demand",
    "long_term",
    "purposeful",
    "many_people",
    "fixed_buying",
    "follow_up",
)
MONTHS = 24  # the last twelve are held against the twelve before
FEWEST_GAPS = 4  # between order days, for a rhythm to be told
SERVICE = "service|服务|售后|维修|安装"  # kinds of effort that serve


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a mark is met; see the parameters of `key_account_marks`."""

    top: float
    order_days: float
    entities: int
    kinds: int
    concentration: float
    service: int
    years: float
    people: int
    regularity: float
    follow_up: int


def account_marks(tables: Tables, limits: Limits, *, level: str) -> ir.Table:
    """One row an account that ever bought: the figures, and for each mark 1 met, 0 not met or
    null; `met`, `unknown`, and how many of the marks people judged (`judged`)."""
    found = _bought(tables, level)
    for part in (_kinds(tables, level), _entities(tables, level), *_contacts(tables, level)):
        found = found.left_join(part, "account_key").drop("account_key_right")
    found = found.join(accounts(tables), "account_key")
    told = _told(tables, found, limits)
    judged = _judged(tables, level)
    found = found.mutate(**{f"told_{mark}": told[mark] for mark in MARKS})
    found = found.left_join(judged, "account_key").drop("account_key_right")
    found = found.mutate(
        **{mark: found[f"told_{mark}"].fill_null(found[f"judged_{mark}"]) for mark in MARKS}
    )
    return found.mutate(
        met=_added(found[mark].fill_null(0) for mark in MARKS),
        unknown=_added(found[mark].isnull().cast("int64") for mark in MARKS),
        judged=_added(
            (found[f"told_{mark}"].isnull() & found[mark].notnull()).cast("int64") for mark in MARKS
        ),
    )


def judgements(tables: Tables, *, level: str) -> Mapping[str, Mapping[Any, Assessment]]:
    """Mark → account_key → what was judged last, where that is a yes, a no or a level."""
    found = latest(tables, *MARKS, level=level)
    return {
        mark: {key: one for key, one in judged.items() if _is_met(one) is not None}
        for mark, judged in found.items()
    }


def _is_met(judged: Assessment) -> bool | None:
    if judged.is_met is not None or judged.score is None:
        return judged.is_met
    return judged.score > TOP / 2


def _added(parts: Any) -> ir.IntegerColumn:
    first, *others = parts
    for other in others:
        first = first + other
    return first


def _bought(tables: Tables, level: str) -> ir.Table:
    """Sales of the last twelve months and of those before, order days, rhythm, first order."""
    watched = watch(tables, Rule(), months=MONTHS, level=level)
    lines = tables.order_lines
    first = by_account(tables, {"first_order_on": first_order_day(lines)}, level=level)
    rows = watched.accounts.join(first, "account_key")
    rows = rows.mutate(
        net_before=rows.net_of_period - rows.net,
        order_days=rows.gap_count.fill_null(-1) + 1,
    )
    return rows.select(
        "account_key",
        "net",
        "net_before",
        "order_days",
        "regularity",
        "gap_count",
        "first_order_on",
        "last_on",
    )


def _kinds(tables: Tables, level: str) -> ir.Table:
    """How many products (categories, where there are none) it buys, and their Herfindahl index."""
    import ibis

    column = next((name for name in ("product_id", "category") if tables.has(name)), None)
    period = trailing(tables.day, 12)
    lines = tables.order_lines.filter(within(tables.order_lines, period))
    if column is None:
        lines = lines.filter(ibis.literal(False))
        column = "category"
    grouped = lines.group_by("customer_key", kind=lines[column]).agg(net=net_sales(lines))
    rows = to_accounts(tables, grouped, level=level, by=("kind",))
    rows = rows.filter((rows.net > 0) & rows.kind.notnull())
    rows = rows.mutate(size=rows.net.cast("float64"))
    return rows.group_by("account_key").agg(
        kinds=rows.count(),
        concentration=(rows["size"] ** 2).sum() / (rows["size"].sum() ** 2),
    )


def _entities(tables: Tables, level: str) -> ir.Table:
    """How many legal entities a group has; an entity has itself."""
    key = "group_key" if level == "group" else "entity_key"
    customers = tables.customers.select("entity_key", account_key=key)
    rows = tables.bring(customers.distinct())
    return rows.group_by("account_key").agg(entities=rows.count())


def _contacts(tables: Tables, level: str) -> list[ir.Table]:
    """What was spent in twelve months, by kind, and who answers our surveys."""
    period = trailing(tables.day, 12)
    found = []
    if tables.holds("efforts"):
        rows = tables.table("efforts")
        recent = rows.filter(rows.spent_on.between(period.start, period.end))
        is_service = recent.kind.lower().re_search(SERVICE)
        per_person = recent.group_by("customer_key", "salesperson").agg(
            efforts=recent.count(), services=is_service.sum().fill_null(0)
        )
        by_person = to_accounts(tables, per_person, level=level, by=("salesperson",))
        found.append(
            by_person.group_by("account_key").agg(
                efforts=by_person.efforts.sum(),
                services=by_person.services.sum(),
                our_people=by_person.salesperson.count(),
            )
        )
    else:
        found.append(_nothing(tables, "efforts", "services", "our_people"))
    if tables.has("respondent", "surveys"):
        answers = tables.table("surveys")
        per_person = answers.group_by("customer_key", "respondent").agg(n=answers.count())
        by_person = to_accounts(tables, per_person, level=level, by=("respondent",))
        found.append(
            by_person.group_by("account_key").agg(their_people=by_person.respondent.count())
        )
    else:
        found.append(_nothing(tables, "their_people"))
    return found


def _nothing(tables: Tables, *names: str) -> ir.Table:
    import ibis
    import pyarrow as pa

    columns = {name: pa.array([], pa.int64()) for name in names}
    keys = pa.array([], key_type(tables))
    return ibis.memtable(pa.table({"account_key": keys, **columns}))


def _told(tables: Tables, found: ir.Table, limits: Limits) -> dict[str, ir.IntegerColumn]:
    """What the data says of each mark: 1, 0 or null."""
    import ibis

    has_efforts = tables.holds("efforts")
    unknown = ibis.null("int64")
    per_year = found.order_days * 12.0 / MONTHS
    is_large = found.net.cast("float64") >= _cut(found, limits.top)
    people = ibis.greatest(found.our_people.fill_null(0), found.their_people.fill_null(0))
    has_rhythm = found.gap_count >= FEWEST_GAPS
    efforts, services = found.efforts.fill_null(0), found.services.fill_null(0)
    told = {
        "frequent_large": _flag(is_large & (per_year >= limits.order_days)),
        "complex": _flag(
            (found.entities >= limits.entities) | (found.kinds.fill_null(0) >= limits.kinds)
            if tables.has("category") or tables.has("product_id")
            else (found.entities >= limits.entities).nullif(False)
        ),
        "concentrated_buying": _flag(found.concentration >= limits.concentration),
        "service_demand": _flag(services >= limits.service) if has_efforts else unknown,
        "long_term": _long_term(tables, found, limits.years),
        "purposeful": unknown,
        "many_people": ibis.ifelse(people >= limits.people, 1, unknown),
        "fixed_buying": ibis.ifelse(
            has_rhythm, _flag(found.regularity >= limits.regularity), unknown
        ),
        "follow_up": _flag(efforts >= limits.follow_up) if has_efforts else unknown,
    }
    return {name: column.cast("int64") for name, column in told.items()}


def _flag(condition: ir.BooleanValue) -> ir.IntegerValue:
    """1 or 0; null where it cannot be told."""
    return condition.cast("int64")


def _cut(found: ir.Table, top: float) -> float:
    """The sales from which an account is among the largest `top` of those with sales."""
    sold = found.filter(found.net > 0)
    sizes = sold.select(size=sold.net.cast("float64")).to_pyarrow().column("size").to_numpy()
    return float(np.quantile(sizes, 1 - top, method="higher")) if len(sizes) else float("inf")


def _long_term(tables: Tables, found: ir.Table, years: float) -> ir.IntegerValue:
    """Unknown where the data may simply begin too late: a first order within its first year."""
    import ibis

    start = months_before(tables.day, round(years * 12))
    begins = Period(tables.first_day, months_before(tables.first_day, -12))
    is_old = found.first_order_on <= ibis.date(start)
    is_cut_off = found.first_order_on <= ibis.date(begins.end)
    return ibis.cases(
        (found.first_order_on.isnull(), ibis.null("int64")),
        (is_old, 1),
        (is_cut_off, ibis.null("int64")),
        else_=0,
    )


def _judged(tables: Tables, level: str) -> ir.Table:
    import ibis
    import pyarrow as pa

    said = judgements(tables, level=level)
    keys = sorted({key for judged in said.values() for key in judged})
    columns: dict[str, Any] = {
        "account_key": pa.array(keys, key_type(tables)),
    }
    for mark, judged in said.items():
        values = [_is_met(judged[key]) if key in judged else None for key in keys]
        numbers = [None if value is None else int(value) for value in values]
        columns[f"judged_{mark}"] = pa.array(numbers, pa.int64())
    return ibis.memtable(pa.table(columns))
