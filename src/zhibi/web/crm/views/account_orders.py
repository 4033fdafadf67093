"""What an account buys, and when: the figures of the last import, and the analyses behind them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from zhibi.measures.periods import months_before
from zhibi.web.crm.access import sight_of
from zhibi.web.crm.account_page import account_page
from zhibi.web.crm.facts import number_of
from zhibi.web.crm.models import Account


def account_orders(request: HttpRequest, uid: UUID) -> HttpResponse:
    sight = sight_of(request.user, uid)
    number = number_of(sight.account)
    months = _months(sight.account)
    return account_page(request, sight, "account-orders", months=months, number=number)


def _months(account: Account) -> list[tuple[date, float]]:
    """The last day of each month that is counted back from the as-of day, and its sales, the
    latest first."""
    if account.figures_as_of is None:
        return []
    latest_first = enumerate(reversed(account.monthly or []))
    return [(months_before(account.figures_as_of, back), sales) for back, sales in latest_first]
