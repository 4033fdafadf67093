"""The questions in the order a salesperson asks them, what each tells, and the data it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from zhibi.web.crm.facts import EFFORTS as KINDS_OF_EFFORT
from zhibi.web.crm.models import FollowUp, Judgement
from zhibi.web.insight.known import Known
from zhibi.web.insight.question import question


@dataclass(frozen=True, slots=True)
class Need:
    """Data without which a question has no answer: a row in any of `tables`, and there a value in
    `column` if one is named. `what` names it, `bring` says how to come by it."""

    what: str
    tables: tuple[str, ...]
    column: str
    bring: str


ORDERS: Final = Need("order lines", ("order_lines",), "", "Import your order lines.")
COST: Final = Need(
    "cost of each line", ("order_lines",), "cost", "Import order lines with their cost."
)
CATEGORY: Final = Need(
    "product categories",
    ("order_lines",),
    "category",
    "Import order lines with product categories.",
)
QUANTITY: Final = Need(
    "products and quantities",
    ("order_lines",),
    "quantity",
    "Import order lines with products and quantities.",
)
PROMISED: Final = Need(
    "promised and delivered days",
    ("order_lines",),
    "promised_date",
    "Import order lines with promised and delivered days.",
)
INDUSTRY: Final = Need(
    "industry of customers", ("customers",), "industry", "Import customers with their industry."
)
MONEY: Final = Need(
    "receivables or receipts", ("receivables", "receipts"), "", "Import receivables or receipts."
)
EFFORT: Final = Need(
    "visits and calls", ("efforts",), "", "Note visits and calls, or import a list of them."
)
STEPS: Final = Need(
    "steps towards an order", ("touches",), "", "Note visits and calls, or import a list of steps."
)
JUDGED: Final = Need(
    "judgements of customers",
    ("assessments",),
    "",
    "Judge some customers, or import a list of judgements.",
)
ANSWERS: Final = Need("survey answers", ("surveys",), "", "Import the answers of a survey.")


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    tells: str
    needs: tuple[Need, ...] = (ORDERS,)

    @property
    def title(self) -> str:
        return question(self.name).title


GROUPS: Final[Mapping[str, tuple[Entry, ...]]] = {
    "Reports for a meeting": (
        Entry("reports/key_accounts", "What changed, how each key account stands, what to do."),
        Entry("reports/customer_base", "Who your customers are, how they buy, and who stays."),
        Entry("reports/potential_customers", "Who could become a customer, and whom to see first."),
    ),
    "Whom to call now": (
        Entry(
            "purchase_rhythm", "Who is beyond their usual interval, and what they stopped buying."
        ),
        Entry("churn_warning", "Who is likely to stop, and whether keeping them pays."),
        Entry("health_score", "Who is unwell, in one figure, and which part of it hurts."),
        Entry("quarter_end_loading", "Which large quarter-end orders come back afterwards."),
    ),
    "Who matters": (
        Entry("concentration", "How few customers carry your sales, and who moved up or down."),
        Entry("abc_migration", "Who rose into the head and who fell out of it, and why."),
        Entry("customer_pyramid", "Which tier each customer is in by what it contributes."),
        Entry("rfm", "Who bought lately, often and much, and which big ones went quiet."),
        Entry("kaism", "Where to invest: who is attractive, and where you are strong."),
        Entry("key_account_marks", "Who behaves as a key account, whatever the size."),
        Entry("composite_grade", "A to D for each customer, with every reason for it."),
    ),
    "Understand a customer": (
        Entry("account_review", "All that is known of one customer, on one page."),
        Entry(
            "product_preference",
            "What they buy, what their peers buy and they do not, what they dropped.",
            (ORDERS, CATEGORY),
        ),
        Entry("peer_group", "How a customer does beside others like it."),
        Entry("segments", "Which customers are alike, and what each kind holds."),
        Entry("satisfaction", "Who is content, and whether it shows in their orders.", (ANSWERS,)),
        Entry(
            "service_level", "To whom you deliver late, and what is late now.", (ORDERS, PROMISED)
        ),
        Entry("purchase_path", "Which steps end in an order, and where customers leave.", (STEPS,)),
    ),
    "Where the money is": (
        Entry("sales_trend", "Whether sales grow, and which customers make the change."),
        Entry(
            "price_volume_mix",
            "Whether it was price, volume or mix that changed your sales.",
            (ORDERS, QUANTITY),
        ),
        Entry("receivables", "Who owes what, how late they pay, what comes in next.", (MONEY,)),
        Entry(
            "customer_profitability", "Who earns you money after all it costs you.", (ORDERS, COST)
        ),
        Entry("customer_lifetime", "What each customer will still order, and what it is worth."),
        Entry("cohort_retention", "Whether new customers stay as long as they used to."),
        Entry("input_output", "Whether your time goes where it pays.", (ORDERS, EFFORT)),
    ),
    "Win new customers": (
        Entry("prospect_ranking", "Which prospects look most like those who signed."),
        Entry("man", "Who has money, say and need, and what to ask next.", (JUDGED,)),
        Entry("customer_funnel", "Where prospects stand, and where they are stuck."),
        Entry("target_markets", "Which segments to go for first.", (ORDERS, INDUSTRY)),
    ),
}


def entry_of(name: str) -> Entry:
    return next(one for entries in GROUPS.values() for one in entries if one.name == name)


def missing(entry: Entry, held: Known, typed: frozenset[str]) -> list[Need]:
    """What an entry needs and nobody brought in or typed yet."""
    return [need for need in entry.needs if not _is_there(need, held, typed)]


def typed_tables() -> frozenset[str]:
    """The tables to which somebody added a row here."""
    found = set()
    if Judgement.objects.exists():
        found.add("assessments")
    if FollowUp.objects.filter(kind__in=KINDS_OF_EFFORT, deleted_at=None).exists():
        found |= {"efforts", "touches"}
    return frozenset(found)


def _is_there(need: Need, held: Known, typed: frozenset[str]) -> bool:
    if not need.column and typed & set(need.tables):
        return True
    return any(held.holds(table, need.column) for table in need.tables)
