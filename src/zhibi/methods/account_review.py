"""What do we know of this account, and what must be said before the next visit?

The individual analysis (个体分析, domain 3.1–3.8): who it is and what people judge of it, what it
buys against the year before and why that changed, when it orders, which products, what it leaves,
what it owes, what it says, what we do for it, how it stands beside its look-alikes, what is agreed.
Every figure is that of the method that asks the same of all accounts, with its defaults, and a fact
is said in the same words as there (`zhibi.measures.dossier`).

A part of which nothing is known is left out, and listed at the end with the list that would say it:
silence about money is not the same as no debts. How complete the page is says how much is known,
not how good the account is. At most six findings, the urgent ones first, then by what is at stake.

Do not read the page as a verdict: it holds what the lists hold. Who decides, what moves them and
what a rival offers stands in nobody's order export.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from zhibi.measures.dossier.account import Account, account_of
from zhibi.measures.dossier.agreed import agreed
from zhibi.measures.dossier.alike import alike
from zhibi.measures.dossier.buying import buying
from zhibi.measures.dossier.doing import doing, touching
from zhibi.measures.dossier.identity import identity, judgements
from zhibi.measures.dossier.leaving import leaving
from zhibi.measures.dossier.ordering import ordering
from zhibi.measures.dossier.owing import owing
from zhibi.measures.dossier.parts import UNKNOWN, Part
from zhibi.measures.dossier.products import products
from zhibi.measures.dossier.saying import saying
from zhibi.measures.periods import Period
from zhibi.measures.rows import table_of_rows
from zhibi.params import check, param
from zhibi.result import (
    Block,
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

TITLE = "What do we know of this account?"
TOLD = 6
WORTH = Decimal("0.002")  # of its sales: less at stake is left to its own section
URGENCY = {Severity.NOW: 0, Severity.SOON: 1, Severity.GOOD: 2, Severity.INFO: 3}

# What another finding says already: a silence names what stopped first.
SAID_BY = {"stopped": {"red", "amber"}}

PARTS: tuple[Callable[[Account], Part], ...] = (
    identity,
    judgements,
    buying,
    ordering,
    products,
    leaving,
    owing,
    saying,
    doing,
    alike,
    agreed,
    touching,
)


@dataclass(frozen=True, slots=True)
class Params:
    customer_id: str = param("", help="The customer; empty for the largest of the last 12 months.")
    level: str = param("group", help="Whether its group is looked at, or it alone.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class AccountReview:
    """`parts` in the order of the page; `missing` lists those of which nothing is known."""

    identity: Identity
    subject: Subject
    period: Period
    parts: tuple[Part, ...]
    missing: Table
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    subtitle: Sentence
    title: str = TITLE

    @property
    def known_count(self) -> int:
        return sum(part.is_known for part in self.parts)

    def blocks(self) -> tuple[Block, ...]:
        known, of = self.known_count, len(self.parts)
        counted = Sentence(
            "{known} of {of} parts are known.",
            {"known": Figure(known, Unit.COUNT), "of": Figure(of, Unit.COUNT)},
        )
        missing: tuple[Block, ...] = ()
        if self.missing.rows:
            missing = (self.missing, *_how_to_supply())
        return (
            *(part.section for part in self.parts if part.is_known),
            Section(
                "What is not known",
                (Figure(known / of, Unit.SHARE, "Known of this account"), Note(counted), *missing),
            ),
            *self.notes,
        )


def analyze(tables: Tables, params: Params | None = None) -> AccountReview:
    """Gather what is known of one account; ZhibiError for an unknown customer."""
    params = params or Params()
    check("account_review", params)
    account = account_of(tables, params.customer_id, level=params.level)
    parts = tuple(part(account) for part in PARTS)
    missing = [
        {"part": part.title, "why": part.why, "source": part.source}
        for part in parts
        if not part.is_known
    ]
    return AccountReview(
        identity=tables.identity("account_review", params, params.level),
        subject=account.subject,
        period=account.period,
        parts=parts,
        missing=table_of_rows(missing, "missing", "Parts of which nothing is known", UNKNOWN),
        findings=_chosen(account, [told for part in parts for told in part.findings]),
        notes=_notes(params),
        subtitle=_subtitle(account),
    )


def _chosen(account: Account, found: Sequence[Finding]) -> tuple[Finding, ...]:
    """The urgent ones first, then what has most at stake."""
    least = max(account.net, Decimal(0)) * WORTH
    facts = {_fact(one) for one in found}
    worth = [
        replace(one, code=f"account_review.{_fact(one)}")
        for one in found
        if (one.stake is None or one.stake >= least) and not SAID_BY.get(_fact(one), set()) & facts
    ]
    worth.sort(key=lambda one: (URGENCY[one.severity], -(one.stake or Decimal(0)), one.code))
    return tuple(worth[:TOLD])


def _fact(finding: Finding) -> str:
    """What a finding says, whichever method says it."""
    return finding.code.partition(".")[2]


def _subtitle(account: Account) -> Sentence:
    return Sentence(
        "{name} ({customer_id}) · {start} to {end} · net of tax, {basis} · {level} · data to "
        "{as_of}",
        {
            "name": Figure(account.name, Unit.NAME),
            "customer_id": Figure(account.subject.customer_id, Unit.NAME),
            "start": Figure(account.period.start, Unit.DATE),
            "end": Figure(account.period.end, Unit.DATE),
            "basis": Figure(account.tables.basis, Unit.TERM),
            "level": Figure(account.level, Unit.TERM),
            "as_of": Figure(account.tables.day, Unit.DATE),
        },
    )


def _how_to_supply() -> tuple[Note, ...]:
    says = Sentence(
        "Import a list that is missing with zhibi import FILE --kind {kind}, its kind as in the "
        "table; what a list does not say, add to it and import it again. What follows from orders "
        "is known from the first order on.",
        {"kind": Figure("efforts", Unit.NAME)},
    )
    return (Note(says),)


def _notes(params: Params) -> tuple[Note, ...]:
    says = [
        Sentence(
            "Attributes, owner and limits are as of today, since sources keep no history of them; "
            "all else is as it was known on the day of the data."
        )
    ]
    if not params.customer_id:
        says.insert(
            0,
            Sentence(
                "No customer was named: this is the largest by net sales of the last 12 months. "
                "Choose another with --customer-id."
            ),
        )
    return tuple(map(Note, says))
