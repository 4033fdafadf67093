"""What is true about the demo company, measured on its finished order lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from zhibi.worlds.daichuan import stories as plan
from zhibi.worlds.daichuan.accounts import ENDS_ON, STARTS_ON, Account
from zhibi.worlds.daichuan.adjustments import LOADED_QUARTERS
from zhibi.worlds.daichuan.stories import StoryAccounts
from zhibi.worlds.shutdowns import SPRING_FESTIVALS
from zhibi.worlds.world import Customer, Effort, OrderLine, Rhythm, Story, Truth, yuan

YEAR = timedelta(days=365)
LAST_YEAR_FROM = ENDS_ON - YEAR + timedelta(days=1)
YEAR_BEFORE_FROM = LAST_YEAR_FROM - YEAR
THIS_QUARTER = (date(2026, 7, 1), date(2026, 9, 30))
SAME_QUARTER_A_YEAR_AGO = (date(2025, 7, 1), date(2025, 9, 30))


def truth_of(
    lines: Sequence[OrderLine],
    *,
    stories: StoryAccounts,
    dealer: Account,
    accounts: Iterable[Account],
    renamed_to: Customer,
    efforts: Iterable[Effort],
    told: Iterable[Story],
) -> Truth:
    """The stories and rhythms, with those `told` of the other tables. Figures are net of tax,
    after returns and rebates, in yuan."""
    told = (
        _filters_lost(lines, stories.huashu),
        _new_plant(lines, stories.tyre),
        _cheap_models(lines, stories.textile),
        _group(lines, stories.group),
        _quarter_end_load(lines, dealer),
        _thin(lines, stories.thin, efforts),
        _renamed(lines, stories.renamed, renamed_to),
        _whitespace(lines, stories.food),
        Story("shutdown", (), STARTS_ON, {
            f"festival_{day.year}": day for day in SPRING_FESTIVALS if STARTS_ON <= day <= ENDS_ON
        }),
        *told,
    )  # fmt: skip
    return Truth(told, tuple(_rhythms(accounts, stories.renamed, renamed_to)))


def _rhythms(
    accounts: Iterable[Account], renamed: Account, renamed_to: Customer
) -> Iterable[Rhythm]:
    for account in accounts:
        yield Rhythm(account.customer.customer_id, account.mean_gap, account.stops_on)
        if account is renamed:
            yield Rhythm(renamed_to.customer_id, account.mean_gap, None)


def _filters_lost(lines: Sequence[OrderLine], huashu: Account) -> Story:
    """① The last filters, what they came to, and the silence since the last order."""
    own = _of(lines, huashu)
    filters = [line for line in own if line.category == "filters_oil"]
    orders = sorted({line.order_date for line in own})
    return _story(
        "filters_lost",
        (huashu,),
        plan.FILTERS_LOST_ON,
        last_filters_on=max(line.order_date for line in filters),
        filters_last_12_months=_net(filters, LAST_YEAR_FROM, ENDS_ON),
        sales_last_12_months=_net(own, LAST_YEAR_FROM, ENDS_ON),
        last_order_on=orders[-1],
        days_since_order=(ENDS_ON - orders[-1]).days,
        mean_gap_open_days=int(huashu.mean_gap),
    )


def _new_plant(lines: Sequence[OrderLine], tyre: tuple[Account, Account]) -> Story:
    """② The quarter against the same one a year before, by plant."""
    old, new = (_of(lines, account) for account in tyre)
    return _story(
        "new_plant",
        tyre,
        plan.NEW_PLANT_ON,
        old_plant_quarter=_net(old, *THIS_QUARTER),
        old_plant_year_ago=_net(old, *SAME_QUARTER_A_YEAR_AGO),
        new_plant_quarter=_net(new, *THIS_QUARTER),
    )


def _cheap_models(lines: Sequence[OrderLine], textile: Account) -> Story:
    """③ Orders and the average order, the year before the change and the year after."""
    own = _of(lines, textile)
    facts: dict[str, int | Decimal] = {}
    for name, first, last in (
        ("before", YEAR_BEFORE_FROM, LAST_YEAR_FROM - timedelta(days=1)),
        ("after", LAST_YEAR_FROM, ENDS_ON),
    ):
        orders = len({line.order_id for line in own if first <= line.order_date <= last})
        machines = [line for line in own if line.category == "screw"]
        units = sum(line.quantity for line in machines if first <= line.order_date <= last)
        facts[f"orders_{name}"] = orders
        facts[f"sales_{name}"] = _net(own, first, last)
        facts[f"machines_{name}"] = units
        facts[f"machine_sales_{name}"] = _net(machines, first, last)
    return _story("cheap_models", (textile,), plan.CHEAP_MODELS_ON, **facts)


def _group(lines: Sequence[OrderLine], group: tuple[Account, ...]) -> Story:
    """④ The group's last twelve months, and its largest entity's, beside everybody's."""
    entities = [_net(_of(lines, account), LAST_YEAR_FROM, ENDS_ON) for account in group]
    return _story(
        "group",
        group,
        STARTS_ON,
        group_last_12_months=sum(entities, Decimal()),
        largest_entity_last_12_months=max(entities),
        all_last_12_months=_net(lines, LAST_YEAR_FROM, ENDS_ON),
    )


def _quarter_end_load(lines: Sequence[OrderLine], dealer: Account) -> Story:
    """⑤ For each loaded quarter: the last week's shipments, the next month's returns."""
    own = _of(lines, dealer)
    facts: dict[str, Decimal | date] = {}
    for place, end in enumerate(LOADED_QUARTERS, start=1):
        week_from, month_to = end - timedelta(days=6), end + timedelta(days=31)
        returns = [line for line in own if line.line_kind == "return"]
        facts[f"quarter_end_{place}"] = end
        facts[f"last_week_{place}"] = _net(
            [line for line in own if line.line_kind == "sale"], week_from, end
        )
        facts[f"returned_{place}"] = _net(returns, end + timedelta(days=1), month_to)
    return _story("quarter_end_load", (dealer,), LOADED_QUARTERS[0], **facts)


def _thin(lines: Sequence[OrderLine], thin: Account, efforts: Iterable[Effort]) -> Story:
    """⑥ From gross margin to contribution over the last twelve months: after rebates, service and
    the cost of waiting for money. Visits of the seller are not counted."""
    own = [line for line in _of(lines, thin) if line.order_date >= LAST_YEAR_FROM]
    sales = sum(line.net_cents for line in own)
    rebates = sum(line.net_cents for line in own if line.line_kind == "rebate")
    margin = sales - sum(line.cost_cents for line in own)
    service = sum(
        effort.cents
        for effort in efforts
        if effort.customer_id == thin.customer.customer_id
        and effort.kind == "service"
        and effort.on >= LAST_YEAR_FROM
    )
    percent_days = plan.CAPITAL_COST_PERCENT * plan.THIN_PAYMENT_DAYS
    terms = (sales - rebates) * percent_days // (100 * 365)
    return _story(
        "thin",
        (thin,),
        STARTS_ON,
        sales_last_12_months=yuan(sales),
        rebates=yuan(rebates),
        margin_after_rebates=yuan(margin),
        cost_of_service=yuan(service),
        cost_of_terms=yuan(terms),
        contribution=yuan(margin - service - terms),
    )


def _renamed(lines: Sequence[OrderLine], renamed: Account, renamed_to: Customer) -> Story:
    """⑨ One legal entity under two numbers and names."""
    old = [line.order_date for line in _of(lines, renamed)]
    new = [line.order_date for line in lines if line.customer_id == renamed_to.customer_id]
    return Story(
        "renamed",
        (renamed.customer.customer_id, renamed_to.customer_id),
        plan.RENAMED_ON,
        {
            "credit_code": renamed_to.credit_code,
            "last_under_old_name": max(old),
            "first_under_new_name": min(new),
        },
    )


def _whitespace(lines: Sequence[OrderLine], food: Account) -> Story:
    """What the account buys of the seven product lines."""
    bought = {line.category for line in _of(lines, food)}
    return _story("whitespace", (food,), STARTS_ON, lines_bought=len(bought))


def _story(
    code: str, accounts: Iterable[Account], starts_on: date, **facts: int | str | date | Decimal
) -> Story:
    return Story(code, tuple(a.customer.customer_id for a in accounts), starts_on, facts)


def _of(lines: Iterable[OrderLine], account: Account) -> list[OrderLine]:
    return [line for line in lines if line.customer_id == account.customer.customer_id]


def _net(lines: Iterable[OrderLine], first: date, last: date) -> Decimal:
    return yuan(sum(line.net_cents for line in lines if first <= line.order_date <= last))
