"""Who is about to stop buying, what would go with them, and how good is this warning?

Four signs are asked at past quarter ends, each by what was known then: past the account's own usual
interval, unlikely to still be a customer, silent longest, and the three together
(`zhibi.measures.churn_rules`). Each marks as many accounts; what it found is shown, with the sales
that went. The sign used is the one that found the most on the earlier cuts; the last two cuts,
which did not choose it, say how good it is. Where none beats "silent longest", that is used and
it is said.

How likely an account is to stop within `horizon` days is counted, not modelled: of accounts in the
same place on the list at past cuts, the share that did. Stake = that share × the margin of twelve
months (net sales where margin is not known); worth = stake − `cost` of keeping one.

It can speak only of accounts that usually order within the horizon: a yearly buyer's ninety silent
days prove nothing. A customer who will stop next month and has just ordered looks like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhibi.measures.churn_record import BAND_NAMES, ChurnRecord, churn_record
from zhibi.measures.churn_rules import NAIVE
from zhibi.measures.retention_list import AtRisk, RetentionList, retention_list
from zhibi.measures.rhythm import Rule
from zhibi.measures.rhythm_record import Asked
from zhibi.measures.rows import SHOWN, table_of_rows
from zhibi.measures.track_record import FEW, RECORD, RuleRecord
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
    Subject,
    Table,
    Unit,
)
from zhibi.stats.lifetimes import MBGCNBD
from zhibi.tables.tables import LEVELS, Tables

TITLE = "Who is about to stop buying, and how good is this warning?"
TOLD = 8
HIGH, RAISED, LOW = BAND_NAMES


@dataclass(frozen=True, slots=True)
class Params:
    horizon: int = param(
        90, unit="days", help="Stopped means no order for this long.", within=(7, 730)
    )
    months: int = param(
        24, unit="months", help="Order days that an interval is learnt from.", within=(6, 120)
    )
    cost: float = param(
        0.0, unit="money", help="What keeping one customer costs; less is not worth it.",
        within=(0.0, 1e12),
    )  # fmt: skip
    level: str = param("group", help="Whose orders are watched.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class ChurnWarning:
    """`record` is None when there was no past to ask; `models` are those behind one of the signs,
    by the day they saw."""

    identity: Identity
    horizon: int
    record: ChurnRecord | None
    found: RetentionList
    keep: Table
    bands: Table
    tried: Table
    picture: Chart
    how: Table
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        return (
            Section("Whom to keep", (self.bands, self.keep)),
            Section("How good this warning is", (self.picture, self.tried, *self.notes)),
            Section("How it was worked out", (self.how,)),
        )


def analyze(tables: Tables, params: Params | None = None) -> ChurnWarning:
    """Ask the past which sign to trust, then look at today."""
    params = params or Params()
    check("churn_warning", params)
    asked = Asked(Rule(), params.months, params.level, horizon=params.horizon)
    record, now = churn_record(tables, asked)
    cost = Decimal(str(params.cost))
    found = retention_list(tables, record, now, cost=cost, level=params.level)
    on = tables.day.replace(day=1)
    return ChurnWarning(
        identity=tables.identity("churn_warning", params, params.level),
        horizon=params.horizon,
        record=record,
        found=found,
        keep=_keep(found),
        bands=_bands(found),
        tried=_tried(record),
        picture=_picture(record),
        how=_how(dict(now.models)),
        findings=(*_summary(found, record, params.horizon, on), *_accounts(found, params)),
        notes=tuple(map(Note, _notes(found, record, params))),
    )


def _keep(found: RetentionList) -> Table:
    """Those of a high or raised chance that are worth it."""
    label = "Margin of twelve months" if found.values == "margin" else "Net sales of twelve months"
    columns = (
        Column("name", "Customer", Unit.NAME),
        Column("customer_id", "Customer no.", Unit.NAME),
        Column("owner", "Owner", Unit.NAME),
        Column("last_on", "Last order", Unit.DATE),
        Column("silent", "Without an order", Unit.DAYS),
        Column("usual", "Usual interval", Unit.DAYS),
        Column("status", "Rhythm", Unit.TERM),
        Column("band", "Chance to stop", Unit.TERM),
        Column("chance", "Of such customers stopped", Unit.SHARE),
        Column("value", label, Unit.MONEY, total=True),
        Column("at_stake", "At stake", Unit.MONEY, total=True),
        Column("worth", "Worth keeping", Unit.MONEY),
    )
    chosen = (found.asked.band != LOW) & found.is_worth_it
    sums = found.by_band(chosen).values()

    def rows(limit: int | None = None) -> tuple[Row, ...]:
        return tuple(
            tuple(getattr(row, column.key) for column in columns)
            for row in found.rows(chosen, limit)
        )

    totals = {
        "value": sum((of.value for of in sums), Decimal(0)),
        "at_stake": sum((of.at_stake for of in sums), Decimal(0)),
    }
    return Table(
        key="keep",
        title="Customers to keep, by what is at stake",
        columns=columns,
        rows=rows(SHOWN),
        row_count=sum(of.accounts for of in sums),
        totals=tuple(totals.get(column.key) for column in columns),
        fetch_all=rows,
    )


def _bands(found: RetentionList) -> Table:
    rows = [
        {
            "band": band,
            "accounts": of.accounts,
            "chance": found.chances[band] if of.accounts else None,
            "value": of.value,
            "at_stake": of.at_stake,
        }
        for band, of in found.by_band(found.asked.band.notnull()).items()
    ]
    label = "Margin of twelve months" if found.values == "margin" else "Net sales of twelve months"
    columns = (
        Column("band", "Chance to stop", Unit.TERM),
        Column("accounts", "Customers", Unit.COUNT, total=True),
        Column("chance", "Of such customers stopped", Unit.SHARE),
        Column("value", label, Unit.MONEY, total=True),
        Column("at_stake", "At stake", Unit.MONEY, total=True),
    )
    return table_of_rows(rows, "bands", "Customers by their chance to stop", columns)


def _tried(record: ChurnRecord | None) -> Table:
    records = record.records if record else ()
    rows = [
        {
            **{column.key: getattr(one, column.key) for column in RECORD},
            "used": "used here" if record and one.rule == record.chosen else None,
        }
        for one in records
    ]
    columns = (*RECORD, Column("used", "Used", Unit.TERM))
    return table_of_rows(rows, "tried", "What each sign would have found", columns)


def _picture(record: ChurnRecord | None) -> Chart:
    shares = [(one.rule, one.share) for one in record.records] if record else []
    told = [(rule, share) for rule, share in shares if share]
    base = record.base if record else None
    return Chart(
        key="precision",
        title="Of the customers each sign marked, how many stopped",
        mark=Mark.INTERVAL,
        columns=(
            Column("rule", "Marked by", Unit.TERM),
            Column("share", "Stopped", Unit.SHARE),
            Column("low", "Low", Unit.SHARE),
            Column("high", "High", Unit.SHARE),
        ),
        rows=tuple((rule, share.value, share.low, share.high) for rule, share in told),
        x="rule",
        y=("share", "low", "high"),
        text=Sentence(
            "Of all customers asked {base} stopped.",
            {"base": Figure(base.value if base else None, Unit.SHARE)},
        ),
        highlight=(record.chosen,) if record else (),
    )


def _how(models: dict[date, MBGCNBD]) -> Table:
    """The models behind "unlikely to still buy", by the day they saw."""
    rows = [
        {"day": day, "figure": figure, "value": value, "n": model.n_}
        for day, model in sorted(models.items())
        for figure, value in (
            ("k", float(model.k_)),
            *((name, getattr(model, f"{name}_")) for name in MBGCNBD.NAMES),
            ("log L", model.log_likelihood_),
        )
    ]
    columns = (
        Column("day", "Seen on", Unit.DATE),
        Column("figure", "Figure", Unit.NAME),
        Column("value", "Value", Unit.RATIO),
        Column("n", "Customers", Unit.COUNT),
    )
    return table_of_rows(rows, "models", "MBG/CNBD-k, weeks", columns)


def _summary(
    found: RetentionList, record: ChurnRecord | None, horizon: int, on: date
) -> list[Finding]:
    likely = found.by_band(found.asked.value > 0)[HIGH]
    if not likely.accounts or record is None or record.held_out is None:
        return []
    used, _ = record.held_out
    if used.share is None or record.base is None:
        return []
    says = Sentence(
        "{n:customer is|customers are} likely to stop, with {value} of {what} a year between them. "
        "At the last cut-offs {share} of those so marked ordered nothing for {horizon}, of all "
        "{base}.",
        {
            "n": Figure(likely.accounts, Unit.COUNT),
            "value": Figure(likely.value, Unit.MONEY),
            "what": Figure(found.values, Unit.TERM),
            "share": Figure(used.share.value, Unit.SHARE),
            "horizon": Figure(horizon, Unit.DAYS),
            "base": Figure(record.base.value, Unit.SHARE),
        },
    )
    return [Finding("churn_warning.likely", says, Severity.SOON, on, stake=likely.at_stake)]


def _accounts(found: RetentionList, params: Params) -> list[Finding]:
    """Those likely to stop, and those past their interval with most at stake."""
    asked = found.asked
    is_likely = (asked.band == HIGH) & asked.status.isin(("amber", "red"))
    is_told = is_likely | ((asked.band == RAISED) & (asked.status == "red"))
    told = found.rows((asked.value > 0) & is_told, TOLD)
    return [_account(row, found.values, params.horizon) for row in told]


def _account(row: AtRisk, values: str, horizon: int) -> Finding:
    figures = {
        "name": Figure(row.name, Unit.NAME),
        "silent": Figure(row.silent, Unit.DAYS),
        "usual": Figure(row.usual, Unit.DAYS),
        "value": Figure(row.value, Unit.MONEY),
        "what": Figure(values, Unit.TERM),
        "share": Figure(row.chance, Unit.SHARE),
        "horizon": Figure(horizon, Unit.DAYS),
    }
    template = (
        "{name} has not ordered for {silent}, usually every {usual}; {value} of {what} a year goes "
        "with it."
        if row.chance is None
        else "{name} has not ordered for {silent}, usually every {usual}; of customers like that "
        "{share} ordered nothing for {horizon} more, and {value} of {what} a year goes with it."
    )
    return Finding(
        code="churn_warning.account",
        says=Sentence(template, figures),
        severity=Severity.NOW,
        cause_on=row.last_on,  # the same silence keeps its id until the next order
        subject=Subject(row.customer_id, row.name),
        action=Sentence("Call this week: ask what it needs next and when."),
        owner=row.owner,
        stake=row.at_stake if row.at_stake is not None else row.value,
    )


def _notes(found: RetentionList, record: ChurnRecord | None, params: Params) -> list[Sentence]:
    says = []
    if record is None:
        says.append(
            Sentence("The history is too short to hold past warnings against what followed.")
        )
    else:
        says += _of_record(record, params.horizon)
    says.append(
        Sentence(
            "Not asked: {n:customer|customers} who order too seldom, have too few orders or "
            "stopped long ago.",
            {"n": Figure(found.unasked, Unit.COUNT)},
        )
    )
    return says


def _of_record(record: ChurnRecord, horizon: int) -> list[Sentence]:
    says = [
        Sentence(
            "Asked at {cuts:quarter end|quarter ends}, of customers who usually order within "
            "{horizon:day|days}: who ordered in the {horizon:day|days} after? A customer counts "
            "once a quarter.",
            {
                "cuts": Figure(len(record.cuts), Unit.COUNT),
                "horizon": Figure(horizon, Unit.COUNT),
            },
        )
    ]
    if len(record.records) < 4:
        says.append(
            Sentence(
                "Whether a customer still buys could not be learnt at every cut: orders are too "
                "few or too much alike, so that sign and the mix are left out."
            )
        )
    if record.held_out is None:
        says.append(Sentence("Too few quarters to choose a sign by; the usual interval is used."))
        return says
    return [*says, *_of_held_out(record.chosen, *record.held_out)]


def _of_held_out(chosen: str, used: RuleRecord, naive: RuleRecord) -> list[Sentence]:
    """What the sign did where it was not chosen, beside the rule of thumb."""
    template = (
        "At the last two cuts, which did not choose it, {used} of the {n} it marked stopped; of as "
        "many silent longest {naive}."
    )
    if chosen == NAIVE:
        template = (
            "No sign beat the rule of thumb, the customers silent longest; it is used. At the last "
            "two cuts {used} of the {n} it marked stopped."
        )
    elif used.stopped <= naive.stopped:
        template = (
            "At the last two cuts, which did not choose it, {used} of the {n} it marked stopped; "
            "of as many silent longest {naive}: there it did not beat the rule of thumb."
        )
    figures = {
        "used": Figure(used.stopped, Unit.COUNT),
        "naive": Figure(naive.stopped, Unit.COUNT),
        "n": Figure(used.marked, Unit.COUNT),
    }
    few = Sentence(
        "Only {n:case was|cases were} marked at the last two cuts: read the range, not the share.",
        {"n": Figure(used.marked, Unit.COUNT)},
    )
    return [Sentence(template, figures), *([few] if used.marked < FEW else [])]
