"""Where each account stands in its life with us, on the as-of day or any day before.

Target market → potential → target → signed. The first three are what people judged last
(assessments of the criterion `stage`); signed is never a matter of judgement: a contract whose
first payment is in (`zhibi.measures.signing`), or an order from before there was any contract, as
everywhere where contracts are not kept. Who was judged signed without either is a target still.
An account nobody judged and who never ordered has no stage: unknown, not the lowest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from zhibi.measures.assessments import Assessment, history, stage_of
from zhibi.measures.expectations import Expectation, expectations
from zhibi.measures.sales import by_account, first_order_day
from zhibi.measures.signing import paying, signed_contracts
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

TARGET_MARKET, POTENTIAL, TARGET, SIGNED = range(4)
STAGES = ("target market", "potential customer", "target customer", "signed")
NOT_JUDGED = "not judged"
JUDGED = {"target market": TARGET_MARKET, "potential": POTENTIAL, "target": TARGET}


@dataclass(frozen=True, slots=True)
class Listing:
    """One judgement of an account's stage. `is_claim`: it said signed, which only papers prove."""

    stage: int
    on: date
    by: str | None
    is_claim: bool


@dataclass(frozen=True, slots=True)
class LifeStages:
    """`listings` by account_key, oldest first; `accounts` has one row an account: `stage` (null
    when unknown) since `stage_on`, `signed_on`, `reviewed_on`, what is expected of it."""

    listings: Mapping[Any, Sequence[Listing]]
    accounts: ir.Table
    unread: int  # judgements of the stage in words that are no stage


def life_stages(tables: Tables, *, level: str) -> LifeStages:
    """The stage of every account, and what it rests on."""
    import ibis

    listings, unread = _listings(tables, level)
    first_order = {"first_order_on": first_order_day(tables.order_lines)}
    joined = _joined(_tops(tables, level), by_account(tables, first_order, level=level))
    judged = _judged(listings, expectations(tables, level=level))
    keys = joined.account_key.type().to_pyarrow()
    judged = judged.set_column(0, "account_key", judged["account_key"].cast(keys))
    joined = _joined(joined, ibis.memtable(judged))
    joined = _with_payments(tables, joined, level)
    return LifeStages(listings, _staged(joined), unread)


def reached(listings: Sequence[Listing], stage: int) -> date | None:
    """The day an account was first judged to be in a stage, or beyond it."""
    return next((one.on for one in listings if one.stage >= stage), None)


def listed_at(listings: Sequence[Listing], day: date) -> int | None:
    """What people held an account for on a day."""
    known = [one.stage for one in listings if one.on <= day]
    return known[-1] if known else None


def _listings(tables: Tables, level: str) -> tuple[dict[Any, list[Listing]], int]:
    found: dict[Any, list[Listing]] = defaultdict(list)
    unread = 0
    for key, judged in history(tables, "stage", level=level):
        name = stage_of(judged.value)
        if name is None:
            unread += 1
        else:
            found[key].append(_listing(name, judged))
    return dict(found), unread


def _listing(name: str, judged: Assessment) -> Listing:
    is_claim = name not in JUDGED
    stage = TARGET if is_claim else JUDGED[name]
    return Listing(stage, judged.assessed_on, judged.assessed_by, is_claim)


def _tops(tables: Tables, level: str) -> ir.Table:
    """One row an account: the customer at the top of it."""
    customers = tables.customers
    key = customers["group_key" if level == "group" else "entity_key"]
    tops = customers.filter(key == customers.customer_key)
    return tables.bring(tops.select("customer_id", "name", "owner", account_key="customer_key"))


def _judged(
    listings: Mapping[Any, Sequence[Listing]], expected: Mapping[Any, Expectation]
) -> pa.Table:
    """What people judged of accounts, one row each."""
    import pyarrow as pa

    keys = sorted({*listings, *expected})
    rows = [_row(listings.get(key, ()), expected.get(key, Expectation())) for key in keys]
    day, money = pa.date32(), pa.decimal128(18, 4)
    return pa.table(
        {
            "account_key": pa.array(keys, None if keys else pa.int64()),
            "listed": pa.array([row[0] for row in rows], pa.int64()),
            "listed_on": pa.array([row[1] for row in rows], day),
            "reviewed_on": pa.array([row[2] for row in rows], day),
            "is_claim": pa.array([row[3] for row in rows], pa.bool_()),
            "target_on": pa.array([reached(listings.get(key, ()), TARGET) for key in keys], day),
            "expected_amount": pa.array([row[4].amount for row in rows], money),
            "expected_month": pa.array([row[4].month for row in rows], day),
            "expected_profit": pa.array([row[4].profit for row in rows], pa.string()),
        }
    )


def _row(
    listings: Sequence[Listing], expected: Expectation
) -> tuple[int | None, date | None, date | None, bool, Expectation]:
    """The stage people hold it for, since when without a break, and the last look at it."""
    if not listings:
        return None, None, None, False, expected
    last = listings[-1]
    since = last.on
    for one in reversed(listings):
        if one.stage != last.stage:
            break
        since = one.on
    return last.stage, since, last.on, last.is_claim, expected


def _with_payments(tables: Tables, accounts: ir.Table, level: str) -> ir.Table:
    """Accounts with their contracts and whether they pay, both unknown where nothing is kept."""
    import ibis

    unknown = {
        name: ibis.null(kind)
        for name, kind in (
            ("contract_on", "date"),
            ("contract_amount", "decimal(38,4)"),
            ("paid_on", "date"),
            ("is_on_time", "boolean"),
        )
    }
    if tables.holds("contracts"):
        accounts = _joined(accounts, signed_contracts(tables, level=level))
    if tables.holds("receivables"):
        accounts = _joined(accounts, paying(tables, level=level))
    missing = {name: empty for name, empty in unknown.items() if name not in accounts.columns}
    return accounts.mutate(**missing) if missing else accounts


def _joined(accounts: ir.Table, found: ir.Table) -> ir.Table:
    return accounts.left_join(found, "account_key").drop("account_key_right")


def _staged(accounts: ir.Table) -> ir.Table:
    """Accounts with the stage they stand at, since when, and whether an order made them signed."""
    import ibis

    by_order = accounts.first_order_on.notnull() & (
        accounts.contract_on.isnull() | (accounts.first_order_on < accounts.contract_on)
    )
    signed_on = ibis.ifelse(by_order, accounts.first_order_on, accounts.paid_on)
    accounts = accounts.mutate(is_by_order=by_order, signed_on=signed_on)
    is_signed = accounts.signed_on.notnull()
    return accounts.mutate(
        stage=ibis.ifelse(is_signed, SIGNED, accounts.listed),
        stage_on=ibis.ifelse(is_signed, accounts.signed_on, accounts.listed_on),
    )
