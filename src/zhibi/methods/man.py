"""Who can be won soon: who has the money, the say and the need, and what must be asked first?

M (money), A (authority), N (need) as people judged them last, each yes, no or unknown. The eight
combinations of known answers make four classes, each with its approach (domain 2.8,
`zhibi.measures.money_authority_need`). An unknown answer is never counted as no: the account is
shown with the classes it could come to, and the answer that is missing as a question. Questions
that alone decide whether somebody is near come first, the largest expected amount first.

This is triage, not a probability: it sorts whom to see and what to ask, and says nothing of how
many will sign. Do not trust it where answers are old, or where everybody is judged "yes".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.efforts import MEASURES, measure_of, spent
from zhibi.measures.expectations import Expectation, expectations
from zhibi.measures.money_authority_need import CLASSES, CRITERIA, Standing, standings
from zhibi.measures.periods import trailing
from zhibi.measures.rows import fetch, table_of_rows
from zhibi.measures.sales import accounts, by_account, first_order_day
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

TITLE = "Who has the money, the say and the need, and what must be asked first?"
TOLD = 5  # questions, the most worth first
NONE, NEAR = 0, len(CRITERIA)

# What is missing → what to do about it. Two or three missing: keep in touch, or stop.
APPROACHES = {
    "MAN": "tailored proposal with a date",
    "MAn": "create the need",
    "MaN": "find who decides",
    "mAN": "check credit and terms",
    "maN": "nurture: teach, keep in touch",
    "mAn": "nurture: teach, keep in touch",
    "Man": "nurture: teach, keep in touch",
    "man": "stop, least effort",
}
ASK_FIRST = "ask first"
QUESTIONS = {
    "money": "Can it pay?",
    "authority": "Does our contact decide?",
    "need": "Does it need this now?",
}


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        12, unit="months", help="Period of the effort on customers without a chance.",
        within=(1, 120),
    )  # fmt: skip
    level: str = param("group", help="Whose answers are taken together.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class Man:
    """`classes`: accounts by the classes they could be in; `combinations`: by their answers;
    `questions`: what is not known, the most worth first; `customers`: everybody judged."""

    identity: Identity
    classes: Table
    chart: Chart
    combinations: Table
    questions: Table
    customers: Table
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        return (
            Section("How many could be won soon", (self.chart, self.classes)),
            Section("What to ask first", (self.questions,)),
            Section("What to do with whom", (self.combinations, self.customers)),
            Section("How it was worked out", self.notes),
        )


def analyze(tables: Tables, params: Params | None = None) -> Man:
    """Sort everybody who was judged by money, authority and need."""
    params = params or Params()
    check("man", params)
    tables.table("assessments")  # an error where there is no list of them
    rows = _rows(tables, params)
    questions = _questions(rows)
    return Man(
        identity=tables.identity("man", params, params.level),
        classes=_classes(rows),
        chart=_chart(rows),
        combinations=_combinations(rows),
        questions=table_of_rows(questions, "questions", "Open questions", QUESTION_COLUMNS),
        customers=table_of_rows(rows, "customers", "Customers by their answers", CUSTOMERS),
        notes=_notes(rows),
        findings=(
            *_near(tables.day, rows),
            *(_question(row) for row in [q for q in questions if q["decides"]][:TOLD]),
            *_hopeless(tables, params, rows),
        ),
    )


def _rows(tables: Tables, params: Params) -> list[dict[str, Any]]:
    """Everybody judged: nearest first, then the largest expected amount."""
    found = standings(tables, level=params.level)
    expected = expectations(tables, level=params.level)
    named = accounts(tables).select("account_key", "customer_id", "name", "owner")
    first = {"first_order_on": first_order_day(tables.order_lines)}
    ordered = by_account(tables, first, level=params.level)
    named = named.left_join(ordered, "account_key").drop("account_key_right")
    chosen = named.filter(named.account_key.isin(list(found)))
    rows = [
        _row(row, found[row["account_key"]], expected.get(row["account_key"], Expectation()))
        for row in (fetch(chosen) if found else [])
    ]
    return sorted(
        rows,
        key=lambda row: (-row["best"], -row["least"], -(row["amount"] or 0), row["customer_id"]),
    )


def _row(row: dict[str, Any], standing: Standing, expected: Expectation) -> dict[str, Any]:
    combination = standing.combination
    return {
        **row,
        **{name: _word(standing.answers[name]) for name in CRITERIA},
        "standing": standing,
        "kind": "prospect" if row["first_order_on"] is None else "customer",
        "combination": combination,
        "least": standing.at_least,
        "best": standing.at_best,
        "at_least": CLASSES[standing.at_least],
        "at_best": CLASSES[standing.at_best],
        "approach": APPROACHES.get(combination, ASK_FIRST),
        "amount": expected.amount,
        "month": expected.month,
        "judged_on": standing.judged_on,
    }


def _word(is_met: bool | None) -> str:
    return "unknown" if is_met is None else "yes" if is_met else "no"


CLASS_COLUMNS = (
    Column("at_least", "Class at least", Unit.TERM),
    Column("at_best", "Class at best", Unit.TERM),
    Column("customers", "Customers", Unit.COUNT, total=True),
    Column("prospects", "Of these without an order", Unit.COUNT, total=True),
    Column("amount", "Expected amount", Unit.MONEY, total=True),
)


def _classes(rows: list[dict[str, Any]]) -> Table:
    """One row for each pair of classes there is; a known one is at least what it is at best."""
    pairs = sorted({(row["best"], row["least"]) for row in rows}, reverse=True)
    counted = []
    for best, least in pairs:
        own = [row for row in rows if (row["best"], row["least"]) == (best, least)]
        counted.append({"at_least": CLASSES[least], "at_best": CLASSES[best], **_counts(own)})
    return table_of_rows(counted, "classes", "Customers by class", CLASS_COLUMNS)


def _counts(rows: list[dict[str, Any]]) -> dict[str, Any]:
    said = [row["amount"] for row in rows if row["amount"] is not None]
    return {
        "customers": len(rows),
        "prospects": sum(row["kind"] == "prospect" for row in rows),
        "amount": sum(said, Decimal(0)) if said else None,
    }


def _chart(rows: list[dict[str, Any]]) -> Chart:
    """Each class at best, split by whether anything is still unknown."""
    known, asked = "all three known", "something unknown"
    counts = {(name, how): 0 for name in reversed(CLASSES) for how in (known, asked)}
    for row in rows:
        counts[row["at_best"], known if row["least"] == row["best"] else asked] += 1
    return Chart(
        key="by_class",
        title="Customers by the class they could be in",
        mark=Mark.BAR,
        columns=(
            Column("at_best", "Class at best", Unit.TERM),
            Column("known", "What is known", Unit.TERM),
            Column("customers", "Customers", Unit.COUNT),
        ),
        rows=tuple((name, how, count) for (name, how), count in counts.items()),
        x="at_best",
        y=("customers",),
        series="known",
        text=Sentence(
            "{near:customer is|customers are} near; {asked} more could be, once what is unknown "
            "is answered.",
            {
                "near": Figure(counts[CLASSES[NEAR], known], Unit.COUNT),
                "asked": Figure(counts[CLASSES[NEAR], asked], Unit.COUNT),
            },
        ),
    )


COMBINATIONS = (
    Column("combination", "Answers (capital: has it)", Unit.NAME),
    Column("class", "Class", Unit.TERM),
    Column("approach", "Approach", Unit.TERM),
    *CLASS_COLUMNS[2:],
)


def _combinations(rows: list[dict[str, Any]]) -> Table:
    """The eight combinations of known answers, also those nobody has."""
    counted = []
    for combination, approach in APPROACHES.items():
        own = [row for row in rows if row["combination"] == combination]
        place = sum(letter.isupper() for letter in combination)
        said = {"combination": combination, "class": CLASSES[place], "approach": approach}
        counted.append({**said, **_counts(own)})
    return table_of_rows(
        counted, "combinations", "Customers whose three answers are known", COMBINATIONS
    )


QUESTION_COLUMNS = (
    Column("rank", "Rank", Unit.COUNT),
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("owner", "Owner", Unit.NAME),
    Column("question", "Question", Unit.TERM),
    Column("if_no", "Class at best if no", Unit.TERM),
    Column("if_yes", "Class at best if yes", Unit.TERM),
    Column("open", "Open questions", Unit.COUNT),
    Column("amount", "Expected amount", Unit.MONEY),
    Column("month", "Expected month", Unit.MONTH),
)


def _questions(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every unknown answer: first what alone decides who is near, then the largest amount."""
    asked = [
        {
            **row,
            "criterion": criterion,
            "question": QUESTIONS[criterion],
            "if_no": CLASSES[row["best"] - 1],
            "if_yes": row["at_best"],
            "open": len(row["standing"].unknown),
            "decides": row["best"] == NEAR and row["least"] == NEAR - 1,
        }
        for row in rows
        for criterion in row["standing"].unknown
    ]
    asked.sort(key=lambda one: (-one["best"], one["open"], -(one["amount"] or 0)))
    return [{**one, "rank": at} for at, one in enumerate(asked, 1)]


CUSTOMERS = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("owner", "Owner", Unit.NAME),
    Column("kind", "Prospect or customer", Unit.TERM),
    Column("money", "Money", Unit.TERM),
    Column("authority", "Authority", Unit.TERM),
    Column("need", "Need", Unit.TERM),
    Column("at_least", "Class at least", Unit.TERM),
    Column("at_best", "Class at best", Unit.TERM),
    Column("approach", "Approach", Unit.TERM),
    Column("amount", "Expected amount", Unit.MONEY, total=True),
    Column("month", "Expected month", Unit.MONTH),
    Column("judged_on", "Last judged", Unit.DATE),
)


def _notes(rows: list[dict[str, Any]]) -> tuple[Note, ...]:
    said = [
        Sentence(
            "This is triage, not a probability: three yes is near, two needs time, one may come, "
            "none has no chance for now. Unknown is not no: it is a question."
        )
    ]
    if not rows:
        said.append(
            Sentence(
                "Nobody has judged money, authority or need yet; import such a list with "
                "`zhibi import FILE --kind assessments`."
            )
        )
    if rows and all(row["least"] == NEAR for row in rows):
        said.append(Sentence("Everybody is judged yes in all three: this sorts nobody."))
    return tuple(map(Note, said))


def _near(day: date, rows: list[dict[str, Any]]) -> tuple[Finding, ...]:
    near = [row for row in rows if row["least"] == NEAR]
    if not near:
        return ()
    first, amount = near[0], _counts(near)["amount"]
    figures = {
        "n": Figure(len(near), Unit.COUNT),
        "of": Figure(len(rows), Unit.COUNT),
        "new": Figure(sum(row["kind"] == "prospect" for row in near), Unit.COUNT),
        "amount": Figure(amount, Unit.MONEY),
        "name": Figure(first["name"], Unit.NAME),
        "own": Figure(first["amount"], Unit.MONEY),
    }
    template = "{n} of {of:customer has|customers have} the money, the say and the need: {name}."
    if len(near) > 1:
        template = (
            "{n} of {of:customer has|customers have} the money, the say and the need, {name} "
            "before all."
        )
    if first["amount"] is not None:
        template = (
            "{n} of {of:customer has|customers have} the money, the say and the need, {new} of "
            "them without an order yet; together {amount}, the largest {name} with {own}."
        )
    return (
        Finding(
            code="man.near",
            says=Sentence(template, figures),
            severity=Severity.NOW,
            cause_on=day.replace(day=1),
            action=Sentence(
                "Bring {name} a tailored proposal this week, with a date to sign.",
                {"name": figures["name"]},
            ),
            owner=first["owner"],
            stake=amount,
        ),
    )


MISSING = {
    "money": (
        "{name} has the say and the need; whether it can pay nobody knows ({amount} expected).",
        "{name} has the say and the need; whether it can pay nobody knows.",
        "Ask {name} for the budget and its source; check its credit.",
    ),
    "authority": (
        "{name} has the money and the need; whether our contact decides nobody knows ({amount} "
        "expected).",
        "{name} has the money and the need; whether our contact decides nobody knows.",
        "Ask {name} who signs, and meet that person.",
    ),
    "need": (
        "{name} has the money and the say; whether it needs this now nobody knows ({amount} "
        "expected).",
        "{name} has the money and the say; whether it needs this now nobody knows.",
        "Ask {name} what it must solve this year.",
    ),
}


def _question(row: dict[str, Any]) -> Finding:
    """One answer between this account and near."""
    with_amount, without, action = MISSING[row["criterion"]]
    name = Figure(row["name"], Unit.NAME)
    figures = {"name": name, "amount": Figure(row["amount"], Unit.MONEY)}
    return Finding(
        code=f"man.ask_{row['criterion']}",
        says=Sentence(without if row["amount"] is None else with_amount, figures),
        severity=Severity.SOON,
        cause_on=row["judged_on"],
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence(action, {"name": name}),
        owner=row["owner"],
        stake=row["amount"],
    )


def _hopeless(tables: Tables, params: Params, rows: list[dict[str, Any]]) -> tuple[Finding, ...]:
    """Effort on who has neither money, say nor need."""
    hopeless = {row["account_key"]: row for row in rows if row["best"] == NONE}
    if not hopeless or not tables.holds("efforts"):
        return ()
    effort = spent(tables, level=params.level, period=trailing(tables.day, params.months))
    measure, took = measure_of(effort), _effort_on(effort, list(hopeless))
    if not took:
        return ()
    unit = dict(zip(MEASURES, (Unit.MONEY, Unit.QUANTITY, Unit.COUNT), strict=True))[measure]
    amount = sum((row[measure] for row in took), type(took[0][measure])(0))
    first = hopeless[max(took, key=lambda row: (row[measure], row["account_key"]))["account_key"]]
    templates = {
        "cost": "{n:customer without|customers without} money, say and need still took {amount} "
        "of effort in {months:month|months}, {name} the most.",
        "days": "{n:customer without|customers without} money, say and need still took {amount} "
        "days of work in {months:month|months}, {name} the most.",
        "efforts": "{n:customer without|customers without} money, say and need still took "
        "{amount:effort|efforts} in {months:month|months}, {name} the most.",
    }
    return (
        Finding(
            code="man.hopeless",
            says=Sentence(
                templates[measure],
                {
                    "n": Figure(len(took), Unit.COUNT),
                    "amount": Figure(amount, unit),
                    "months": Figure(params.months, Unit.COUNT),
                    "name": Figure(first["name"], Unit.NAME),
                },
            ),
            severity=Severity.SOON,
            cause_on=tables.day.replace(day=1),
            action=Sentence("Stop visiting them; a newsletter is enough until one answer changes."),
            owner=first["owner"],
            stake=amount if measure == "cost" else None,
        ),
    )


def _effort_on(effort: ir.Table, keys: list[Any]) -> list[dict[str, Any]]:
    found = effort.filter(effort.account_key.isin(keys))
    return fetch(found.order_by("account_key"))
