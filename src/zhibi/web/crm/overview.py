"""An account in one sentence, and what is to be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from zhibi.render.values import Formatter
from zhibi.result import Figure, Unit
from zhibi.web.crm.models import Account
from zhibi.web.text import language, say

FINDINGS: Final = 6
IN_SENTENCE: Final = 2
URGENCY: Final = {"now": 0, "soon": 1, "good": 2, "info": 3}


@dataclass(frozen=True, slots=True)
class Told:
    """An open finding in the reader's words."""

    record: Any  # of the ledger of findings, which stands above this app
    news: str
    action: str


def findings_of(account: Account) -> list[Told]:
    """The open ones that each method said last, urgent ones first, then by what is at stake."""
    found = account.findings.filter(state="open").order_by("-last_said_on", "-stake", "pk")
    records = list(found[: 4 * FINDINGS])
    latest = {one.method: one.last_said_on for one in reversed(records)}
    current = [one for one in records if one.last_said_on == latest[one.method]]
    current.sort(key=lambda one: (URGENCY.get(one.severity, 9), -(one.stake or Decimal(0)), one.pk))
    return [_told(one) for one in current[:FINDINGS]]


def growth(account: Account) -> float | None:
    """Sales against those of the year before; unknown without a year before."""
    if account.sales is None or not account.sales_before or account.sales_before <= 0:
        return None
    return float(account.sales / account.sales_before - 1)


def sentence(account: Account, findings: list[Told]) -> str:
    """The news first; else what the figures say; else that nothing is known, and what helps."""
    news = [told.news for told in findings[:IN_SENTENCE] if told.record.severity != "info"]
    if news:
        return ("" if language() == "zh-CN" else " ").join(news)
    warned: str = (account.warning_text or {}).get(language(), "")
    return warned or _figures(account)


def _figures(account: Account) -> str:
    if account.last_order_on is None:
        return say(
            "No order of this account is known yet; import orders, or write down what you talk "
            "about."
        )
    formatter = Formatter(language(), account.currency)
    figures = {
        "sales": formatter.alone(Figure(account.sales, Unit.MONEY)),
        "day": formatter.alone(Figure(account.last_order_on, Unit.DATE)),
    }
    if not account.orders:
        return say("No order in the last 12 months; the last one was on {day}.", **figures)
    grown = growth(account)
    if grown is None:
        return say("Bought {sales} in 12 months; the last order was on {day}.", **figures)
    return say(
        "Bought {sales} in 12 months, {change} on the year before; the last order was on {day}.",
        **figures,
        change=formatter.alone(Figure(grown, Unit.CHANGE)),
    )


def _told(record: Any) -> Told:
    says = record.says.get(language(), {})
    return Told(record, says.get("news", ""), says.get("action", ""))
