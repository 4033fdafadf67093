"""The columns of the list of accounts: which there are, which a person has chosen, what each shows
on the page and says in an export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.template.loader import render_to_string

from zhibi.web.crm.criteria import stages
from zhibi.web.crm.models import Account
from zhibi.web.crm.overview import growth
from zhibi.web.team.models import Role
from zhibi.web.templatetags.zhibi_spark import spark
from zhibi.web.templatetags.zhibi_text import change, count, day, moment, money, word
from zhibi.web.text import language

COOKIE: Final = "account_columns"
SEVERITIES: Final = {2: "now", 1: "soon"}


def warning_of(account: Account) -> str:
    """What the account is warned of, in the reader's language; its name stands beside it."""
    texts = account.warning_text or {}
    text: str = texts.get(language()) or next(iter(texts.values()), "")
    return text.removeprefix(account.name).lstrip()


def stage(name: str) -> str:
    return stages().get(name, name)


def tags_of(account: Account) -> str:
    return ", ".join(sorted(tag.name for tag in account.tags.all()))


def _warned(account: Account) -> str:
    severity = SEVERITIES.get(account.warning)
    if severity is None:
        return ""
    shown = {"severity": severity, "word": warning_of(account)}
    return render_to_string("parts/severity.html", shown)


def _trend(account: Account) -> str:
    return spark(account.monthly)


@dataclass(frozen=True, slots=True)
class Column:
    """`value` is what an export says; the page shows that by `show`, or a `picture` of the
    account; `order` is the one its header leads to."""

    name: str
    label: str
    value: Callable[[Account], Any]
    show: Callable[[Any], str] = str
    is_number: bool = False
    order: str = ""
    picture: Callable[[Account], str] | None = None

    def cell(self, account: Account) -> str:
        return self.picture(account) if self.picture else self.show(self.value(account))


COLUMNS: Final = {
    column.name: column
    for column in (
        Column("grade", "Grade", lambda one: one.grade, order="grade"),
        Column("owner", "Owner", lambda one: one.owner.name if one.owner else ""),
        Column("warning", "Warning", warning_of, order="warning", picture=_warned),
        Column("sales", "Sales", lambda one: one.sales, money, True, "sales"),
        Column("change", "Against the year before", growth, change, True),
        Column("trend", "12 months", lambda one: one.monthly, picture=_trend),
        Column("orders", "Orders", lambda one: one.orders, count, True),
        Column("last-order", "Last order", lambda one: one.last_order_on, day, True, "last-order"),
        Column("next-order", "Next order expected", lambda one: one.next_order_on, day, True),
        Column("gap", "Usual interval in days", lambda one: one.usual_gap, count, True),
        Column("overdue", "Overdue", lambda one: one.overdue, money, True, "overdue"),
        Column("balance", "Owed", lambda one: one.open_balance, money, True),
        Column("contact", "Last contact", lambda one: one.last_contact_on, day, True),
        Column("industry", "Industry", lambda one: one.industry),
        Column("region", "Region", lambda one: one.region),
        Column("size", "Size", lambda one: one.size, word),
        Column("stage", "Life stage", lambda one: one.life_stage, stage),
        Column("tags", "Tags", tags_of),
        Column("code", "Credit code", lambda one: one.credit_code or ""),
        Column("changed", "Changed", lambda one: one.changed_at, moment, True, "changed"),
    )
}
USUAL: Final = ("grade", "owner", "warning", "sales", "change", "trend", "last-order", "overdue")


def columns_of(request: HttpRequest) -> list[Column]:
    """Those of the address, else those the person chose before, else the usual ones."""
    given = request.GET.get("columns") or request.COOKIES.get(COOKIE, "")
    chosen = [name for name in dict.fromkeys(given.split(".")) if name in COLUMNS]
    if chosen:
        return [COLUMNS[name] for name in chosen]
    is_own = request.user.role == Role.SALESPERSON
    return [COLUMNS[name] for name in USUAL if not (is_own and name == "owner")]
