"""How does a customer do against others like it?

Look-alikes are the other accounts of the same industry and third of size, at least five of whom
none holds half (`zhibi.measures.look_alikes`); nothing of a single one of them is shown. With
`customer_id` one account is set beside the quarters of its look-alikes; without, every account is
placed among its own, and those far outside (Tukey 1977: 1.5 times the middle half beyond a
quarter) on a side that costs money are told.

Being unlike one's peers is a question, not a fault: a customer may have another use for what it
buys. With few peers the quarters move with each of them; n is shown. With many customers and
features some are far outside by chance; only the largest are told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from zhibi.errors import ZhibiError
from zhibi.measures.account_lines import account_key
from zhibi.measures.behaviour_features import FEATURES, USUAL, Feature, chosen
from zhibi.measures.look_alikes import LookAlikes, look_alikes
from zhibi.measures.look_alikes_told import compared_table, far_outside, unlike_told
from zhibi.measures.peers import NONE
from zhibi.measures.periods import trailing, year_before
from zhibi.measures.rows import SHOWN
from zhibi.params import check, param
from zhibi.result import (
    Block,
    Chart,
    Column,
    Figure,
    Finding,
    Identity,
    Mark,
    Note,
    Row,
    Section,
    Sentence,
    Table,
    Unit,
    Value,
)
from zhibi.tables.tables import LEVELS, Tables

if TYPE_CHECKING:
    import pyarrow as pa

TITLE = "How does a customer do against others like it?"
TOLD = 8


@dataclass(frozen=True, slots=True)
class Params:
    customer_id: str = param("", help="Only this customer; empty for all.")
    months: int = param(
        12, unit="months", help="Length of the period that ends on the as-of day.", within=(1, 120)
    )
    features: str = param(
        "auto", help="What is compared, with commas between; auto: what is known."
    )
    level: str = param("group", help="Whose orders are compared.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """`compared` is the one account beside its look-alikes, empty without one; `places` has
    every account's place among its own in each feature."""

    identity: Identity
    found: LookAlikes
    compared: Table
    places: Table
    picture: Chart
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        one = (self.compared, self.picture) if self.picture.rows else ()
        return (
            *([Section("Beside its look-alikes", one)] if one else []),
            Section("Share of look-alikes below", (self.places,)),
            *self.notes,
        )


def analyze(tables: Tables, params: Params | None = None) -> PeerGroup:
    """Compare every account with its look-alikes; ZhibiError for an unknown customer."""
    params = params or Params()
    check("peer_group", params)
    period = trailing(tables.day, params.months)
    before = year_before(period)
    features = chosen(tables, params.features, method="peer_group", before=before)
    if params.features == "auto":
        features = _with_returns(tables, features)
    found = look_alikes(tables, features, period=period, level=params.level)
    at = _asked(tables, params, found)
    return PeerGroup(
        identity=tables.identity("peer_group", params, params.level),
        found=found,
        compared=compared_table(found, at),
        places=_places(found, at),
        picture=_picture(found, at),
        findings=tuple(_findings(found, at, period.month_on)),
        notes=_notes(found, at),
    )


def _with_returns(tables: Tables, features: tuple[Feature, ...]) -> tuple[Feature, ...]:
    returns = next(feature for feature in FEATURES if feature.key == "return_share")
    assert "return_share" not in USUAL
    return (*features, returns) if tables.has("line_kind") else features


def _asked(tables: Tables, params: Params, found: LookAlikes) -> int | None:
    """Where the asked account stands; None without one."""
    if not params.customer_id:
        return None
    at = found.place_of(account_key(tables, params.customer_id, level=params.level))
    if at is None:
        raise ZhibiError(
            "{customer_id} bought nothing in the last {months} months or in those a year before; "
            "choose another customer or a longer time with --months.",
            customer_id=params.customer_id,
            months=params.months,
        )
    return at


def _places(found: LookAlikes, at: int | None) -> Table:
    """An account's sales, and in each feature the share of its look-alikes that have less."""
    columns = (
        Column("customer_id", "Customer no.", Unit.NAME),
        Column("name", "Customer", Unit.NAME),
        Column("owner", "Owner", Unit.NAME),
        Column("like", "Compared within", Unit.NAME),
        Column("n", "Look-alikes", Unit.COUNT),
        Column("net_sales", "Net sales", Unit.MONEY, total=True),
        *(Column(feature.key, feature.label, Unit.SHARE) for feature in found.features),
    )
    every = range(found.accounts.num_rows) if at is None else [at]
    some = found.accounts.slice(at or 0, len(every))

    def rows(limit: int | None = None) -> tuple[Row, ...]:
        told = zip(every, some.slice(0, limit).to_pylist(), strict=False)
        return tuple(_place(found, place, who) for place, who in told)

    return Table(
        key="places",
        title="Share of look-alikes with less",
        columns=columns,
        rows=rows(SHOWN),
        row_count=len(every),
        totals=tuple(_sum(some["net"]) if column.total else None for column in columns),
        fetch_all=rows,
    )


def _place(found: LookAlikes, at: int, who: dict[str, Any]) -> Row:
    said = (who["customer_id"], who["name"], who["owner"], found.like(at) or None)
    shares = (_share(found.standing[feature.key].below[at]) for feature in found.features)
    return (*said, found.count(at), who["net"], *shares)


def _sum(amounts: pa.ChunkedArray) -> Decimal:
    import pyarrow.compute as pc

    total: Decimal | None = pc.sum(amounts).as_py()
    return Decimal(0) if total is None else total


def _share(below: float) -> float | None:
    return None if np.isnan(below) else float(below)


def _picture(found: LookAlikes, at: int | None) -> Chart:
    rows: list[tuple[Value, ...]] = []
    if at is not None:
        shares = [(f.label, _share(found.standing[f.key].below[at])) for f in found.features]
        rows = [(label, share) for label, share in shares if share is not None]
    return Chart(
        key="places",
        title="Share of look-alikes with less",
        mark=Mark.BAR,
        columns=(
            Column("feature", "Feature", Unit.TERM),
            Column("below", "Have less", Unit.SHARE),
        ),
        rows=tuple(rows),
        x="feature",
        y=("below",),
        text=Sentence(
            "Against {n:look-alike|look-alikes}: half of them would be 50 %.",
            {"n": Figure(0 if at is None else found.count(at), Unit.COUNT)},
        ),
    )


def _findings(found: LookAlikes, at: int | None, on: date) -> list[Finding]:
    """Of all accounts those far outside, the largest first; of one all that costs money."""
    told = far_outside(found)
    told = told[:TOLD] if at is None else [one for one in told if one[0] == at]
    return [unlike_told(found, place, feature, on) for place, feature in told]


def _notes(found: LookAlikes, at: int | None) -> tuple[Note, ...]:
    alone = int((found.compared.group == NONE).sum())
    says = [
        Sentence(
            "Look-alikes are the other customers of the same industry and third of size, five or "
            "more of whom none holds half of sales; where there are none such, all customers."
        )
    ]
    if alone and at is None:
        says.append(
            Sentence(
                "{n:customer has|customers have} nobody to be compared with.",
                {"n": Figure(alone, Unit.COUNT)},
            )
        )
    if at is not None and found.like(at) is None:
        says.append(Sentence("There is nobody to compare this customer with."))
    return tuple(Note(one) for one in says)
