"""Who moved between head, middle and tail from one day to another, and why?

Accounts are classed as in `concentration` (domain 2.1: by the share of sales held before them)
over `months` months up to each of two days; who had neither orders nor sales is in no class then.
The matrix counts accounts and their money from class to class; accounts, sales of both periods and
the change add up to the whole exactly. Why an account moved: it is new, returning or lost; else
its number of orders or their size changed more (`zhibi.measures.class_moves`); a size that comes
of cheaper or dearer products is called that; and when its own sales went the other way, it is the
others that moved.

A class is relative: one large order of somebody else moves the borders. Small moves across a
border mean little; read the change of money beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.errors import ZhibiError
from zhibi.measures.class_moves import (
    MOVES,
    NO_SALES,
    STATES,
    class_moves,
    turned_in_mix,
    with_mix,
)
from zhibi.measures.first_days import begins_inside
from zhibi.measures.periods import Period, months_before, trailing
from zhibi.measures.rows import fetch, tabulate
from zhibi.params import check, day_of, param
from zhibi.result import (
    Block,
    Chart,
    Column,
    Figure,
    Finding,
    Identity,
    Mark,
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

TITLE = "Who moved between head, middle and tail, and why?"
MATTER = ("head", "middle")  # a move within the rest is no news
CLASS_COLUMNS = ("class_before", "class")
TOLD = {"down": 5, "left": 3, "up": 2, "entered": 2}  # findings, largest change first


@dataclass(frozen=True, slots=True)
class Params:
    from_day: str = param(
        "", unit="YYYY-MM-DD", is_day=True,
        help="The earlier day; a year before the later one when left empty.",
    )  # fmt: skip
    to_day: str = param(
        "", unit="YYYY-MM-DD", is_day=True,
        help="The later day; the as-of day when left empty.",
    )  # fmt: skip
    months: int = param(
        12, unit="months", help="Length of the period that ends on each day.", within=(1, 120)
    )
    head: float = param(
        0.70, unit="share", help="An account is head while the share before it is below this.",
        within=(0.0, 1.0),
    )  # fmt: skip
    middle: float = param(
        0.90, unit="share", help="An account is middle while the share before it is below this.",
        within=(0.0, 1.0),
    )  # fmt: skip
    level: str = param("group", help="Whose sales are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class Migration:
    """`matrix` has a row for each class then × class now that holds accounts; `moves` a table for
    each of MOVES but those that stayed."""

    identity: Identity
    period: Period
    before: Period
    matrix: Table
    counts: Chart
    money: Chart
    causes: Table
    moves: tuple[Table, ...]
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        maps = (self.counts, self.money) if self.matrix.rows else ()
        return (
            Section("From class to class", (*maps, self.matrix)),
            Section("Why customers moved", (self.causes,)),
            Section("Who moved", tuple(table for table in self.moves if table.rows)),
            Section("How it was worked out", self.notes),
        )


def analyze(tables: Tables, params: Params | None = None) -> Migration:
    """Class accounts on two days, and follow each from one to the other."""
    params = params or Params()
    check("abc_migration", params)
    before, period = _periods(tables, params)
    moved = tables.keep(
        f"abc_migration|{params}",
        class_moves(
            tables,
            period=period,
            before=before,
            head=params.head,
            middle=params.middle,
            level=params.level,
        ),
    )
    turned = turned_in_mix(tables, moved, period=period, before=before, level=params.level)
    moved = tables.keep(f"abc_migration causes|{params}", with_mix(moved, turned))
    matrix = _matrix(moved)
    return Migration(
        identity=tables.identity("abc_migration", params, params.level),
        period=period,
        before=before,
        matrix=matrix,
        counts=_heat_map(
            matrix,
            "accounts",
            "Customers from class to class",
            says="{kept} of {every} customers kept their class.",
        ),
        money=_heat_map(
            matrix,
            "net",
            "Sales now, from class to class",
            says="{kept} of {every} is with customers that kept their class.",
        ),
        causes=_causes(moved),
        moves=tuple(_moves(moved, move) for move in MOVES if move != "same"),
        notes=_notes(tables, period=period, before=before),
        findings=(*_head_finding(period, before, matrix), *_account_findings(period, moved)),
    )


def _periods(tables: Tables, params: Params) -> tuple[Period, Period]:
    """The earlier and the later period; ZhibiError where the days make none."""
    to_day = day_of(params.to_day) or tables.day
    from_day = day_of(params.from_day) or months_before(to_day, 12)
    if to_day > tables.day:
        raise ZhibiError(
            "abc_migration: to_day is {to_day}, after {day}, the day the data is seen from; choose "
            "an earlier one.",
            to_day=to_day,
            day=tables.day,
        )
    if from_day >= to_day:
        raise ZhibiError(
            "abc_migration: from_day is {from_day}, not before {to_day}, the later day; choose an "
            "earlier one.",
            from_day=from_day,
            to_day=to_day,
        )
    return trailing(from_day, params.months), trailing(to_day, params.months)


def _matrix(moved: ir.Table) -> Table:
    """Accounts and money by class then and class now, from the top."""
    grouped = moved.group_by("class_before", "class", "place_before", "place").agg(
        accounts=moved.count(),
        net_before=moved.net_before.sum(),
        net=moved.net.sum(),
        change=moved.change.sum(),
    )
    return tabulate(
        grouped.order_by("place_before", "place"),
        "matrix",
        "Customers and sales from class to class",
        columns=(
            Column("class_before", "Class then", Unit.TERM),
            Column("class", "Class now", Unit.TERM),
            Column("accounts", "Customers", Unit.COUNT, total=True),
            Column("net_before", "Sales then", Unit.MONEY, total=True),
            Column("change", "Change", Unit.MONEY_CHANGE, total=True),
            Column("net", "Sales now", Unit.MONEY, total=True),
        ),
    )


def _heat_map(matrix: Table, key: str, title: str, *, says: str) -> Chart:
    """The matrix as a picture, with every cell of it."""
    held = dict(
        zip(zip(*map(matrix.column, CLASS_COLUMNS), strict=True), matrix.column(key), strict=True)
    )
    kept = sum(Decimal(str(n)) for (then, now), n in held.items() if then == now)
    every = sum(Decimal(str(n)) for n in held.values())
    column = next(column for column in matrix.columns if column.key == key)
    return Chart(
        key=f"{key}_map",
        title=title,
        mark=Mark.HEAT_MAP,
        columns=(
            Column("class_before", "Class then", Unit.TERM),
            Column("class", "Class now", Unit.TERM),
            column,
        ),
        rows=tuple(
            (then, now, held.get((then, now), 0))
            for then in STATES
            for now in STATES
            if (then, now) != (NO_SALES, NO_SALES)
        ),
        x="class",
        y=(key,),
        series="class_before",
        text=Sentence(
            says,
            {"kept": Figure(kept, column.unit), "every": Figure(every, column.unit)},
        ),
    )


def _causes(moved: ir.Table) -> Table:
    """How many moved for which cause, and the money it made."""
    import ibis

    others = moved.filter(moved.move != "same")
    grouped = others.group_by("move", "cause").agg(
        accounts=others.count(),
        net_before=others.net_before.sum(),
        net=others.net.sum(),
        change=others.change.sum(),
    )
    place = ibis.cases(*((grouped.move == move, at) for at, move in enumerate(MOVES)))
    return tabulate(
        grouped.order_by(place, grouped.accounts.desc(), "cause"),
        "causes",
        "Why customers moved",
        columns=(
            Column("move", "How it moved", Unit.TERM),
            Column("cause", "Cause", Unit.TERM),
            Column("accounts", "Customers", Unit.COUNT, total=True),
            Column("net_before", "Sales then", Unit.MONEY, total=True),
            Column("change", "Change", Unit.MONEY_CHANGE, total=True),
            Column("net", "Sales now", Unit.MONEY, total=True),
        ),
    )


MOVE_TITLES = {
    "entered": "Entered",
    "up": "Moved up",
    "down": "Moved down",
    "left": "Left",
}


def _moves(moved: ir.Table, move: str) -> Table:
    own = moved.filter(moved.move == move)
    return tabulate(
        own.order_by(own.change.abs().desc(), "customer_id"),
        f"moves_{move}",
        MOVE_TITLES[move],
        columns=(
            Column("customer_id", "Customer no.", Unit.NAME),
            Column("name", "Customer", Unit.NAME),
            Column("class_before", "Class then", Unit.TERM),
            Column("class", "Class now", Unit.TERM),
            Column("cause", "Cause", Unit.TERM),
            Column("net_before", "Sales then", Unit.MONEY, total=True),
            Column("change", "Change", Unit.MONEY_CHANGE, total=True),
            Column("net", "Sales now", Unit.MONEY, total=True),
            Column("orders_before", "Orders then", Unit.COUNT, total=True),
            Column("orders", "Orders now", Unit.COUNT, total=True),
            Column("mix", "Mix", Unit.MONEY_CHANGE),
            Column("owner", "Owner", Unit.NAME),
        ),
    )


def _notes(tables: Tables, *, period: Period, before: Period) -> tuple[Note, ...]:
    days = {
        "from_start": Figure(before.start, Unit.DATE),
        "from_end": Figure(before.end, Unit.DATE),
        "to_start": Figure(period.start, Unit.DATE),
        "to_end": Figure(period.end, Unit.DATE),
    }
    compared = Sentence(
        "Then is {from_start} to {from_end}, now is {to_start} to {to_end}. A cause is what "
        "changed most: the number of orders or their size; the products behind the size were "
        "looked at for the accounts that changed most.",
        days,
    )
    return (Note(compared), *begins_inside(before, tables.first_day))


def _head_finding(period: Period, before: Period, matrix: Table) -> tuple[Finding, ...]:
    """The news: what became of the head customers of then."""
    keys = [column.key for column in matrix.columns]
    cells = [dict[str, Any](zip(keys, row, strict=True)) for row in matrix.rows]
    of_head = [cell for cell in cells if cell["class_before"] == "head"]
    if not of_head:
        return ()
    count = {cell["class"]: cell["accounts"] for cell in of_head}
    into_head = [cell["accounts"] for cell in cells if cell["class"] == "head"]
    stayed = count.get("head", 0)
    says = Sentence(
        "Of {n:head customer|head customers} on {from_day}, {stayed:still is|still are} on "
        "{to_day}; {fell} fell to middle or tail, {left} ordered nothing, {rose} came up; the "
        "money of the head of then went from {base} to {now}.",
        {
            "n": Figure(sum(count.values()), Unit.COUNT),
            "from_day": Figure(before.end, Unit.DATE),
            "to_day": Figure(period.end, Unit.DATE),
            "stayed": Figure(stayed, Unit.COUNT),
            "fell": Figure(count.get("middle", 0) + count.get("tail", 0), Unit.COUNT),
            "left": Figure(count.get(NO_SALES, 0), Unit.COUNT),
            "rose": Figure(sum(into_head) - stayed, Unit.COUNT),
            "base": Figure(sum(cell["net_before"] for cell in of_head), Unit.MONEY),
            "now": Figure(sum(cell["net"] for cell in of_head), Unit.MONEY),
        },
    )
    return (Finding("abc_migration.head", says, Severity.INFO, period.month_on),)


def _account_findings(period: Period, moved: ir.Table) -> list[Finding]:
    """The largest moves out of and into head and middle, with their causes."""
    found = []
    for move, count in TOLD.items():
        own = moved.filter((moved.move == move) & moved.cause.isin([*SAYS]))
        own = own.filter(own["class"].isin(MATTER) | own.class_before.isin(MATTER))
        rows = fetch(own.order_by(own.change.abs().desc(), "customer_id").limit(count))
        found += [_account_finding(period, row) for row in rows]
    return found


def _account_finding(period: Period, row: dict[str, Any]) -> Finding:
    template, action = SAYS[row["cause"]]
    is_loss = row["change"] < 0
    return Finding(
        code=f"abc_migration.{row['move']}",
        says=Sentence(
            template,
            {
                "name": Figure(row["name"], Unit.NAME),
                "then": Figure(row["class_before"], Unit.TERM),
                "now": Figure(row["class"], Unit.TERM),
                "base": Figure(row["net_before"], Unit.MONEY),
                "net": Figure(row["net"], Unit.MONEY),
                "orders_before": Figure(row["orders_before"], Unit.COUNT),
                "orders": Figure(row["orders"], Unit.COUNT),
                "average_before": Figure(_per(row, "_before"), Unit.MONEY),
                "average": Figure(_per(row, ""), Unit.MONEY),
                "mix": Figure(row["mix"], Unit.MONEY_CHANGE),
            },
        ),
        severity=Severity.SOON if is_loss else Severity.GOOD,
        cause_on=period.month_on,
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence(action),
        owner=row["owner"],
        stake=abs(row["change"]),
    )


def _per(row: dict[str, Any], suffix: str) -> Decimal | None:
    orders = row[f"orders{suffix}"]
    return (row[f"net{suffix}"] / orders).quantize(Decimal("0.01")) if orders else None


# What is said of an account, and what to do, by the cause of its move.
SAYS = {
    "cheaper products": (
        "{name} fell from {then} to {now}: {orders:order|orders} after {orders_before}, but of "
        "{average} instead of {average_before}; it turned to cheaper products ({mix}).",
        "Find out before the next framework talks whether budget or quality made it trade down.",
    ),
    "smaller orders": (
        "{name} fell from {then} to {now}: {orders:order|orders} after {orders_before}, but of "
        "{average} instead of {average_before}; in all {net} after {base}.",
        "Ask what it buys elsewhere, and offer the terms that larger orders would get.",
    ),
    "fewer orders": (
        "{name} fell from {then} to {now}: only {orders:order|orders} after {orders_before}; in "
        "all {net} after {base}.",
        "Ask what it expects to need this year and who else supplies it.",
    ),
    "lost": (
        "{name} was {then} with {base} from {orders_before:order|orders}, and has ordered nothing "
        "since.",
        "Visit it, find out who supplies it now, and decide whether to win it back.",
    ),
    "dearer products": (
        "{name} rose from {then} to {now}: an order of {average} instead of {average_before}; it "
        "turned to dearer products ({mix}).",
        "Note what convinced it, and show it to customers with the same machines.",
    ),
    "larger orders": (
        "{name} rose from {then} to {now}: an order of {average} instead of {average_before}; in "
        "all {net} after {base}.",
        "Find out whether the larger orders last, and give it the attention of its new class.",
    ),
    "more orders": (
        "{name} rose from {then} to {now}: {orders:order|orders} after {orders_before}; in all "
        "{net} after {base}.",
        "Find out whether the need lasts, and give it the attention of its new class.",
    ),
    "new": (
        "{name} is new and at once {now}: {net} from {orders:order|orders}.",
        "Name an owner, and plan the first year with the customer.",
    ),
    "returning": (
        "{name} is back and at once {now}: {net} from {orders:order|orders}.",
        "Find out what brought it back, and keep that up.",
    ),
}
