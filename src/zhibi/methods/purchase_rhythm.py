"""Who has not ordered for longer than is usual for them, and what have they stopped buying?

The gaps between an account's order days, in open days (shutdowns not counted), are lognormal with
a mean and a spread drawn towards its industry's, the more so the fewer gaps there are
(`zhibi.stats.shrinkage` has the model and its sources). Amber is past P80 of its next gap, red
past P95, so that one gap in twenty of an unchanged customer turns red: how many false alarms
that makes a year is said. Red for long is "stopped long ago", listed apart.

The back-test asks at past quarter ends who would have been marked then, knowing only what was
known then, and whether they ordered in the days that followed; a fixed "no order for N days" rule
is asked the same.

Do not trust it for accounts with two habits (weekly parts, yearly machines), for project business
without repeat orders, nor when orders are entered in batches at month end.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from zhibi.errors import ZhibiError
from zhibi.measures.periods import Period
from zhibi.measures.rhythm import AMBER, ON_RHYTHM, RED, STATUSES, STOPPED_LONG_AGO, Rule
from zhibi.measures.rhythm_record import Asked, past_record
from zhibi.measures.rows import SHOWN, fetch, tabulate
from zhibi.measures.sales import accounts
from zhibi.measures.silence_told import silence_told
from zhibi.measures.track_record import BackTest, record_notes, record_table
from zhibi.measures.watched import LOOKED_INTO, Watched, by_status, of_status, watch, with_stopped
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
    Severity,
    Table,
    Unit,
)
from zhibi.tables.calendar import day_number
from zhibi.tables.tables import LEVELS, Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TITLE = "Who has not ordered for longer than usual?"
DRAWN = 20
RED_FINDINGS, AMBER_FINDINGS = 10, 5
DAYS_AHEAD = 30


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        36, unit="months", help="History the usual interval is learnt from.", within=(3, 240)
    )
    amber: float = param(
        0.80, unit="share", help="Amber when past this quantile of the account's next gap.",
        within=(0.5, 0.99),
    )  # fmt: skip
    red: float = param(
        0.95, unit="share", help="Red when past this quantile of the account's next gap.",
        within=(0.5, 0.999),
    )  # fmt: skip
    min_orders: int = param(
        3, unit="order days", help="Accounts with fewer order days get no status.", within=(2, 100)
    )
    dormant: float = param(
        4.0, unit="times", help="Stopped long ago when past the red threshold so many times over.",
        within=(1.0, 100.0),
    )  # fmt: skip
    horizon: int = param(
        90, unit="days", help="The back-test asks who ordered within so many days.",
        within=(7, 365),
    )  # fmt: skip
    fixed_days: int = param(
        90, unit="days", help="The fixed rule of the back-test: no order for so many days.",
        within=(1, 3650),
    )  # fmt: skip
    backtest: bool = param(True, help="Whether past warnings are held against what followed.")
    level: str = param("group", help="Whose orders are taken together.", choices=LEVELS)

    @property
    def rule(self) -> Rule:
        return Rule(self.amber, self.red, self.min_orders, self.dormant)


@dataclass(frozen=True, slots=True)
class PurchaseRhythm:
    """`beyond`: accounts past their usual interval, largest stake first; `due`: who is expected
    to order in the next days; `dormant`: who stopped long ago; `false_alarms` in a year."""

    identity: Identity
    period: Period
    statuses: Table
    beyond: Table
    intervals: Chart
    due: Table
    dormant: Table
    unseen_count: int  # accounts with sales, but no order in the period
    false_alarms: float
    record: BackTest | None
    record_table: Table | None
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    accounts: ir.Table = field(compare=False, repr=False)  # every account, for who combines results
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        record = (self.record_table,) if self.record_table else ()
        return (
            Section("Who is beyond the usual interval", (self.intervals, self.beyond)),
            Section("Who is expected to order next", (self.due,)),
            Section("How many are on their rhythm", (self.statuses,)),
            Section("How often such warnings were right", (*record, *self.notes)),
            Section("Who stopped long ago", (self.dormant,)),
        )


def analyze(tables: Tables, params: Params | None = None) -> PurchaseRhythm:
    """Hold every account's days since its last order against its own usual interval."""
    params = params or Params()
    check("purchase_rhythm", params)
    if params.amber >= params.red:
        raise ZhibiError(
            "purchase_rhythm: amber is {amber}, but must be below red ({red}); change one of them.",
            amber=params.amber,
            red=params.red,
        )
    watched = watch(tables, params.rule, months=params.months, level=params.level)
    flagged = of_status(tables, watched, AMBER, RED)
    rows = with_stopped(tables, watched, flagged)
    counts = by_status(watched)
    record = backtest(tables, params) if params.backtest else None
    false_alarms = watched.rhythm.false_alarms(params.rule, _open_days_a_year(tables))
    unseen = counts.get(None, {}).get("accounts", 0)
    dormant = of_status(tables, watched, STOPPED_LONG_AGO)
    return PurchaseRhythm(
        identity=_identity(tables, params),
        period=watched.period,
        statuses=_statuses(counts),
        beyond=_beyond(flagged, rows, counts),
        intervals=_intervals(rows),
        due=tabulate(_due(tables, watched), "due", "Expected orders", columns=DUE),
        dormant=tabulate(dormant, "dormant", "Stopped long ago", columns=DORMANT),
        unseen_count=unseen,
        false_alarms=false_alarms,
        record=record,
        record_table=record_table(record) if record else None,
        notes=_notes(params, record, false_alarms=false_alarms, unseen=unseen),
        accounts=watched.accounts.join(accounts(tables), "account_key"),
        findings=_findings(tables.day, rows, counts.get(RED), record),
    )


def backtest(tables: Tables, params: Params) -> BackTest | None:
    """What became of the accounts that would have been red at past quarters; None when the
    history is shorter than a year and a horizon."""
    asked = Asked(
        params.rule, params.months, params.level, params.horizon, fixed_days=params.fixed_days
    )
    return past_record(tables, asked)


def _identity(tables: Tables, params: Params) -> Identity:
    """The calendar decides statuses as much as any parameter does."""
    identity = tables.identity("purchase_rhythm", params, params.level)
    return replace(identity, params={**identity.params, "calendar": tables.calendar.name})


def _open_days_a_year(tables: Tables) -> int:
    end = np.array([day_number(tables.day)])
    return int(tables.calendar.open_days(end - 365, end)[0])


def _statuses(counts: dict[int | None, dict[str, Any]]) -> Table:
    nothing = {"accounts": 0, "net": Decimal(0)}
    found = [counts.get(status, nothing) for status in range(len(STATUSES))]
    rows = tuple(
        (name, row["accounts"], row["net"]) for name, row in zip(STATUSES, found, strict=True)
    )
    return Table(
        key="statuses",
        title="Customers by rhythm",
        columns=(
            Column("status", "Rhythm", Unit.TERM),
            Column("accounts", "Customers", Unit.COUNT, total=True),
            Column("net", "Sales in 12 months", Unit.MONEY, total=True),
        ),
        rows=rows,
        row_count=len(rows),
        totals=(
            None,
            sum(row["accounts"] for row in found),
            sum((row["net"] for row in found), Decimal(0)),
        ),
    )


BEYOND = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("owner", "Owner", Unit.NAME),
    Column("status", "Rhythm", Unit.TERM),
    Column("last_on", "Last order", Unit.DATE),
    Column("since", "Open days since", Unit.DAYS),
    Column("since_calendar", "Calendar days since", Unit.DAYS),
    Column("usual", "Usual interval", Unit.DAYS),
    Column("amber", "Amber after", Unit.DAYS),
    Column("red", "Red after", Unit.DAYS),
    Column("crossed_on", "Beyond since", Unit.DATE),
    Column("gap_count", "Earlier gaps", Unit.COUNT),
    Column("longer_count", "Longer gaps", Unit.COUNT),
    Column("regularity", "Regularity", Unit.RATIO),
    Column("stopped", "Stopped buying", Unit.NAMES),
    Column("stake", "Stake", Unit.MONEY),
    Column("net", "Sales in 12 months", Unit.MONEY, total=True),
)


def _beyond(
    flagged: ir.Table, rows: list[dict[str, Any]], counts: dict[int | None, dict[str, Any]]
) -> Table:
    """Accounts beyond their interval. Past the largest LOOKED_INTO the rest follow by sales,
    their products not looked at."""
    looked_into = tuple(_cells(row) for row in rows)

    def all_rows() -> tuple[Row, ...]:
        rest = fetch(flagged.limit(None, offset=LOOKED_INTO))
        unknown = {"stopped": (), "stake": None, "longer_count": None}
        return looked_into + tuple(
            _cells({**row, **unknown, "status": STATUSES[row["status"]]}) for row in rest
        )

    sums = [counts[status] for status in (AMBER, RED) if status in counts]
    net = sum((row["net"] for row in sums), Decimal(0))
    return Table(
        key="beyond",
        title="Customers beyond their usual interval",
        columns=BEYOND,
        rows=looked_into[:SHOWN],
        row_count=sum(row["accounts"] for row in sums),
        totals=(*(None for _ in BEYOND[:-1]), net),
        fetch_all=all_rows,
    )


def _cells(row: dict[str, Any]) -> Row:
    return tuple(row[column.key] for column in BEYOND)


def _intervals(rows: list[dict[str, Any]]) -> Chart:
    """Days since the last order against the usual and the red interval, largest stakes first."""
    drawn = rows[:DRAWN]
    columns = ("name", "since", "usual", "red")
    return Chart(
        key="intervals",
        title="Days since the last order against the usual interval",
        mark=Mark.INTERVAL,
        columns=tuple(column for column in BEYOND if column.key in columns),
        rows=tuple(tuple(row[key] for key in columns) for row in drawn),
        x="name",
        y=("since", "usual", "red"),
        highlight=tuple(row["name"] for row in drawn if row["status"] == "red"),
        text=Sentence(
            "Of the {n:customer|customers} drawn, {red} are past their red threshold.",
            {
                "n": Figure(len(drawn), Unit.COUNT),
                "red": Figure(sum(row["status"] == "red" for row in drawn), Unit.COUNT),
            },
        ),
    )


def _due(tables: Tables, watched: Watched) -> ir.Table:
    """Accounts on their rhythm whose usual interval ends in the next days, by day."""
    found = of_status(tables, watched, ON_RHYTHM)
    first, last = (tables.day + timedelta(days=ahead) for ahead in (1, DAYS_AHEAD))
    found = found.filter(found.expected_on.between(first, last))
    return found.order_by("expected_on", found.net.desc(), "customer_id")


DUE = (
    Column("expected_on", "Expected on", Unit.DATE),
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("owner", "Owner", Unit.NAME),
    Column("expected_from", "Earliest", Unit.DATE),
    Column("expected_to", "Latest", Unit.DATE),
    Column("last_on", "Last order", Unit.DATE),
    Column("usual", "Usual interval", Unit.DAYS),
    Column("regularity", "Regularity", Unit.RATIO),
    Column("net", "Sales in 12 months", Unit.MONEY, total=True),
)

DORMANT = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("owner", "Owner", Unit.NAME),
    Column("last_on", "Last order", Unit.DATE),
    Column("since_calendar", "Calendar days since", Unit.DAYS),
    Column("usual", "Usual interval", Unit.DAYS),
    Column("net", "Sales in 12 months", Unit.MONEY, total=True),
    Column("net_of_period", "Sales in the period", Unit.MONEY, total=True),
)


def _notes(
    params: Params, record: BackTest | None, *, false_alarms: float, unseen: int
) -> tuple[Note, ...]:
    said = [
        Sentence(
            "Days are open days: shutdowns are not counted. Amber is beyond {amber} of an "
            "account's own next gaps, red beyond {red}; if nobody changed, about {alarms} red "
            "warnings a year would still come.",
            {
                "amber": Figure(params.amber, Unit.SHARE),
                "red": Figure(params.red, Unit.SHARE),
                "alarms": Figure(round(false_alarms), Unit.COUNT),
            },
        )
    ]
    if unseen:
        said.append(
            Sentence(
                "Not looked at: {n:customer|customers} without an order in the last "
                "{months:month|months}.",
                {
                    "n": Figure(unseen, Unit.COUNT),
                    "months": Figure(params.months, Unit.COUNT),
                },
            )
        )
    if params.backtest:
        said.extend(record_notes(record))
    return tuple(map(Note, said))


def _findings(
    day: date, rows: list[dict[str, Any]], reds: dict[str, Any] | None, record: BackTest | None
) -> tuple[Finding, ...]:
    """The accounts with the largest stakes, after a summary of the red ones with its record."""
    worth = [row for row in rows if row["stake"] > 0]
    red = [row for row in worth if row["status"] == "red"][:RED_FINDINGS]
    amber = [row for row in worth if row["status"] == "amber"][:AMBER_FINDINGS]
    summary = (_summary(day, reds, red[0], record=record),) if reds and red else ()
    return (*summary, *map(silence_told, red), *map(silence_told, amber))


def _summary(
    day: date, reds: dict[str, Any], first: dict[str, Any], *, record: BackTest | None
) -> Finding:
    """All red accounts in one sentence, with what became of such accounts before."""
    figures = {
        "n": Figure(reds["accounts"], Unit.COUNT),
        "net": Figure(reds["net"], Unit.MONEY),
        "name": Figure(first["name"], Unit.NAME),
        "first": Figure(first["net"], Unit.MONEY),
    }
    template = (
        "{n:customer is|customers are} past their red threshold, together {net} in the last 12 "
        "months, {name} {first} of it."
    )
    if record and record.red.share and record.others.share:
        template = (
            "{n:customer is|customers are} past their red threshold, together {net} in the last "
            "12 months, {name} {first} of it. At {quarters:past quarter end|past quarter ends} "
            "{marked:customer was|customers were} red: {share} of them did not order in the "
            "{horizon:day|days} after, of the others {base}."
        )
        figures |= {
            "quarters": Figure(len(record.cuts), Unit.COUNT),
            "marked": Figure(record.red.marked, Unit.COUNT),
            "share": Figure(record.red.share, Unit.SHARE),
            "horizon": Figure(record.horizon, Unit.COUNT),
            "base": Figure(record.others.share.value, Unit.SHARE),
        }
    return Finding(
        code="purchase_rhythm.summary",
        says=Sentence(template, figures),
        severity=Severity.NOW,
        cause_on=day.replace(day=1),
        stake=reds["net"],
    )
