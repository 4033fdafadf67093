"""Where each salesperson's effort goes: on the customers who carry the company, and on those who
carry the person.

A person's own few are the customers who make 80 % of the sales of the accounts that person owns or
spends effort on. Of the effort on customers who have ordered, the share that goes to them says
whether somebody works where their own sales are, whatever accounts they were given. Customers who
have never ordered are left out of it: who is told to find new ones is not to be blamed for it.

The interval is that of a counted share (Wilson) over as many efforts, as if each took as much as
the next. Days that lie very unevenly make it somewhat too narrow; so whom a finding names must
also be below half of what is usual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any

from zhibi.measures.effort_and_sales import FEW, MOST, NEW, OTHERS, EffortAndSales
from zhibi.measures.rows import fetch
from zhibi.result import Estimate
from zhibi.stats.proportions import wilson_share

if TYPE_CHECKING:
    import ibis.expr.types as ir

FAR_BELOW = 0.5  # of what is usual
OTHERS_NEEDED = 4  # to say what is usual among the others
MEASURED = ("efforts", "days", "cost")


@dataclass(frozen=True, slots=True)
class Spread:
    """Of one person, or of all (`salesperson` None and `is_all`), where the effort went."""

    salesperson: str | None
    is_all: bool
    accounts: int
    efforts: int
    days: Decimal
    cost: Decimal
    to_few: float | None  # shares of the effort
    to_others: float | None
    to_new: float | None
    to_own_few: Estimate | None  # of the effort on customers who have ordered


def spreads(found: EffortAndSales) -> list[Spread]:
    """All effort, then each salesperson's, most effort first."""
    marked = _with_own_few(found)
    by_part = marked.group_by("salesperson", "part", "is_own_few").agg(
        accounts=marked.account_key.nunique(), **{name: marked[name].sum() for name in MEASURED}
    )
    rows = fetch(by_part.order_by("salesperson", "part", "is_own_few"))
    own: dict[str | None, list[dict[str, Any]]] = {}
    for row in rows:
        own.setdefault(row["salesperson"], []).append(row)
    everybody = fetch(marked.agg(n=marked.account_key.nunique()))[0]["n"]
    each = [
        _spread(name, some, sum(row["accounts"] for row in some), measure=found.measure)
        for name, some in own.items()
    ]
    each.sort(key=lambda one: (-getattr(one, found.measure), one.salesperson or ""))
    return [_spread(None, rows, everybody, measure=found.measure, is_all=True), *each]


def far_below(people: Sequence[Spread]) -> tuple[Spread, float] | None:
    """The person whose effort passes by their own few most, and the middle share of the others;
    None where nobody is below half of it beyond chance."""
    shares = [
        (one.to_own_few, one) for one in people if one.salesperson is not None and one.to_own_few
    ]
    if len(shares) <= OTHERS_NEEDED:
        return None
    least, person = min(shares, key=lambda pair: (pair[0].value, pair[1].salesperson or ""))
    usual = median(share.value for share, one in shares if one is not person)
    is_far = least.value < FAR_BELOW * usual and least.high < usual
    return (person, usual) if is_far else None


def _with_own_few(found: EffortAndSales) -> ir.Table:
    """Effort by person and account, with whether the account is one of the person's own few."""
    few = _own_few(found)
    joined = found.by_person.left_join(few, ["salesperson", "account_key"])
    kept = joined.drop("salesperson_right", "account_key_right")
    return kept.mutate(is_own_few=kept.is_own_few.fill_null(False))


def _own_few(found: EffortAndSales) -> ir.Table:
    """Person and account, of the accounts before which less than 80 % of the person's sales lie."""
    import ibis

    worked = found.by_person.select("salesperson", "account_key")
    owned = found.rows.select("account_key", salesperson="owner")
    pairs = ibis.union(worked, owned.select("salesperson", "account_key"), distinct=True)
    sales = found.rows.filter(found.rows.net > 0).select("account_key", "customer_id", "net")
    held = pairs.filter(pairs.salesperson.notnull()).join(sales, "account_key")
    largest_first = ibis.window(
        group_by="salesperson",
        order_by=[held.net.desc(), held.customer_id, held.account_key],
        rows=(None, 0),
    )
    whole = held.net.sum().over(ibis.window(group_by="salesperson"))
    before = held.net.sum().over(largest_first) - held.net
    few = held.mutate(is_own_few=before < whole * Decimal(str(MOST)))
    return few.filter(few.is_own_few).select("salesperson", "account_key", "is_own_few")


def _spread(
    salesperson: str | None,
    rows: Sequence[dict[str, Any]],
    accounts: int,
    *,
    measure: str,
    is_all: bool = False,
) -> Spread:
    total = sum(row[measure] for row in rows)
    shares = {
        part: float(sum(row[measure] for row in rows if row["part"] == part) / total)
        if total
        else None
        for part in (FEW, OTHERS, NEW)
    }
    return Spread(
        salesperson,
        is_all,
        accounts,
        sum(row["efforts"] for row in rows),
        sum((row["days"] for row in rows), Decimal(0)),
        sum((row["cost"] for row in rows), Decimal(0)),
        shares[FEW],
        shares[OTHERS],
        shares[NEW],
        None if salesperson is None else _to_own_few(rows, measure),
    )


def _to_own_few(rows: Sequence[dict[str, Any]], measure: str) -> Estimate | None:
    old = [row for row in rows if row["part"] != NEW]
    total = sum(row[measure] for row in old)
    if not total:
        return None
    own = sum(row[measure] for row in old if row["is_own_few"])
    return wilson_share(float(own / total), sum(row["efforts"] for row in old))
