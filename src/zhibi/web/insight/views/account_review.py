"""What the analyses say of one account, as a part of its page."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.crm.access import account_for
from zhibi.web.crm.facts import number_of
from zhibi.web.insight.asked import asked
from zhibi.web.insight.question import question
from zhibi.web.insight.shown import shown


def account_review(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The review of the account alone, without its group; asked for when there is none yet."""
    account = account_for(request.user, uid)
    asking = question("account_review")
    customer_id = number_of(account)
    params = asking.params(customer_id=customer_id, level="legal entity")
    found = shown(request.user, asked(request.user, asking, params))
    seen = {"account": account, "shown": found, "query": f"customer_id={customer_id}"}
    return render(request, "insight/account_review.html", seen)
