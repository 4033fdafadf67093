"""What a world holds: its records as they happened, and the truth behind them.

Money is whole cents of a yuan. Net plus tax is the total to the cent on every line, so any sums
add up exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhibi.worlds.organisation import Contact, FollowUp, Membership, Task, Team, User

Fact = int | str | date | Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """One product. `list_cents` is the list price of one unit including tax."""

    product_id: str
    name: str
    line: str
    tier: str  # economy or premium where the line has both, else ""
    list_cents: int
    tax_percent: int
    margin: float  # what the line earns on net sales at usual prices


@dataclass(frozen=True, slots=True)
class Customer:
    """One record of the customer file. One legal entity may have two, after a change of name."""

    customer_id: str
    name: str
    credit_code: str
    industry: str
    region: str
    kind: str
    route: str
    salesperson: str
    team: str
    since: date
    parent_id: str | None = None
    former_name: str | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of a document: a sale, or a return, rebate or red invoice with negative amounts."""

    order_id: str
    line_no: int
    customer_id: str
    order_date: date
    line_kind: str
    product_id: str
    product_name: str
    category: str
    quantity: int
    price_cents: int  # per unit, including tax; 0 on lines without a quantity
    net_cents: int
    tax_cents: int
    tax_percent: int
    cost_cents: int
    salesperson: str
    team: str

    @property
    def total_cents(self) -> int:
        return self.net_cents + self.tax_cents

    @property
    def amount(self) -> Decimal:
        return yuan(self.net_cents)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money received. A bank or trade bill is received now and is cash when it matures."""

    receipt_id: str
    customer_id: str
    received_on: date
    cents: int
    method: str  # transfer, bank_bill, trade_bill
    matures_on: date | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract. A frame contract has no amount: what is called off it is not agreed."""

    contract_id: str
    customer_id: str
    kind: str  # machines or frame
    signed_on: date
    ends_on: date
    cents: int | None  # including tax
    salesperson: str


@dataclass(frozen=True, slots=True)
class Receivable:
    """One amount due, tax included; negative where returns and rebates outweigh what was sold."""

    receivable_id: str
    customer_id: str
    contract_id: str
    milestone: str  # advance, shipment, acceptance, retention, statement or credit
    issued_on: date
    due_on: date
    cents: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """What one receipt paid of one receivable, as the books say."""

    receipt_id: str
    receivable_id: str
    cents: int


@dataclass(frozen=True, slots=True)
class Prospect:
    """Somebody who was sold to before the first order, with the steps taken and the last stage;
    `is_won` for who became a customer, under the number of the customer file."""

    customer: Customer
    size: str
    source: str
    entered_on: date
    reached: str  # the furthest step
    is_won: bool


@dataclass(frozen=True, slots=True)
class Touch:
    customer_id: str
    on: date
    step: str
    channel: str
    salesperson: str


@dataclass(frozen=True, slots=True)
class Effort:
    """Time and money spent on a customer; `tenths` are tenths of a person-day."""

    customer_id: str
    on: date
    kind: str
    person: str
    cents: int
    tenths: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody thought of a customer by one criterion on a day."""

    customer_id: str
    criterion: str
    value: str
    on: date
    by: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One dimension of a questionnaire; no score when it was not answered."""

    customer_id: str
    on: date
    respondent: str
    dimension: str
    score: int | None
    scale_max: int
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """Something that happened on purpose: to whom, from when, and the figures that show it."""

    code: str
    customer_ids: tuple[str, ...]
    starts_on: date
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a customer truly orders: the mean gap in open days (shutdowns not counted), and
    the day after which it never orders again, when there is one."""

    customer_id: str
    mean_gap_days: float
    stops_on: date | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    stories: tuple[Story, ...]
    rhythms: tuple[Rhythm, ...]

    def story(self, code: str) -> Story:
        return next(story for story in self.stories if story.code == code)


@dataclass(frozen=True, slots=True)
class World:
    """A company over `starts_on` … `ends_on`, both included."""

    name: str
    seed: int
    starts_on: date
    ends_on: date
    customers: tuple[Customer, ...]
    products: tuple[Product, ...]
    order_lines: tuple[OrderLine, ...]
    receipts: tuple[Receipt, ...]
    contracts: tuple[Contract, ...]
    receivables: tuple[Receivable, ...]
    allocations: tuple[Allocation, ...]
    prospects: tuple[Prospect, ...]
    touches: tuple[Touch, ...]
    efforts: tuple[Effort, ...]
    judgements: tuple[Judgement, ...]
    answers: tuple[Answer, ...]
    truth: Truth
    language: str = "zh-CN"
    teams: tuple[Team, ...] = ()
    users: tuple[User, ...] = ()
    memberships: tuple[Membership, ...] = ()
    contacts: tuple[Contact, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    tasks: tuple[Task, ...] = ()


def yuan(cents: int) -> Decimal:
    """Cents as an exact amount of yuan with two places."""
    return Decimal(cents).scaleb(-2)


def split_tax(total_cents: int, tax_percent: int) -> tuple[int, int]:
    """Net and tax of a total that includes tax, rounded half up, adding up exactly."""
    sign = -1 if total_cents < 0 else 1
    whole = 100 + tax_percent
    net = sign * ((abs(total_cents) * 200 + whole) // (2 * whole))
    return net, total_cents - net
