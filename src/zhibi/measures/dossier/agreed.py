"""What is agreed: the contracts in force, and those that end soon."""

from __future__ import annotations

from typing import Any

from zhibi.measures.dossier.account import Account
from zhibi.measures.dossier.parts import (
    Part,
    unknown,
    with_known_columns,
)
from zhibi.measures.rows import table_of_rows
from zhibi.result import Column, Figure, Finding, Note, Sentence, Severity, Unit

AGREED = "Contracts in force"
SOON_DAYS = 180


def agreed(account: Account) -> Part:
    """Contracts that have not ended, the next to end first."""
    rows = account.rows_of("contracts", "signed_on")
    if not rows:
        return unknown(AGREED, account.why_no_rows("contracts"), "contracts")
    day = account.tables.day
    in_force = [
        {**row, "days_left": (row["ends_on"] - day).days if row["ends_on"] else None}
        for row in rows
        if row["ends_on"] is None or row["ends_on"] >= day
    ]
    if not in_force:
        ended = max(row["ends_on"] for row in rows)
        said = Sentence(
            "No contract is in force; the last of {n} ended on {on}.",
            {"n": Figure(len(rows), Unit.COUNT), "on": Figure(ended, Unit.DATE)},
        )
        return Part(AGREED, (Note(said),))
    in_force.sort(key=lambda row: (row["days_left"] is None, row["days_left"], row["contract_id"]))
    columns = (
        Column("contract_id", "Contract no.", Unit.NAME),
        Column("signed_on", "Signed on", Unit.DATE),
        Column("ends_on", "Ends on", Unit.DATE),
        Column("days_left", "Days left", Unit.DAYS),
        Column("amount", "Amount", Unit.MONEY, total=True),
        Column("salesperson", "Signed by", Unit.NAME),
    )
    table = table_of_rows(in_force, "contracts", "Contracts in force", columns)
    return Part(AGREED, (with_known_columns(table),), _ending(account, in_force))


def _ending(account: Account, in_force: list[dict[str, Any]]) -> tuple[Finding, ...]:
    """All that is agreed ends soon: a contract that another outlasts is no news."""
    last = in_force[-1]
    if last["days_left"] is None or last["days_left"] > SOON_DAYS or account.net <= 0:
        return ()
    figures = {
        "name": Figure(account.name, Unit.NAME),
        "contract": Figure(last["contract_id"], Unit.NAME),
        "on": Figure(last["ends_on"], Unit.DATE),
        "days": Figure(last["days_left"], Unit.COUNT),
        "net": Figure(account.net, Unit.MONEY),
    }
    return (
        Finding(
            code="account_review.contract_ends",
            says=Sentence(
                "The last contract with {name} ends on {on}, in {days:day|days} ({contract}); it "
                "bought {net} in the last 12 months.",
                figures,
            ),
            severity=Severity.SOON,
            cause_on=last["signed_on"],
            subject=account.subject,
            action=Sentence("Put the next contract before {name} ahead of {on}.", figures),
            owner=account.owner,
            stake=account.net,
        ),
    )
