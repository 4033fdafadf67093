"""What an account owes: late, due this month, retained, and each amount."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from zhibi.web.crm.access import sight_of, today
from zhibi.web.crm.account_page import account_page
from zhibi.web.crm.owed import owed

SHOWN = 100


def account_receivables(request: HttpRequest, uid: UUID) -> HttpResponse:
    sight = sight_of(request.user, uid)
    rows = sight.account.receivables.filter(open__gt=0)
    found = list(rows.order_by("due_on", "pk")[: SHOWN + 1])
    return account_page(
        request,
        sight,
        "account-receivables",
        rows=found[:SHOWN],
        is_cut=len(found) > SHOWN,
        shown=SHOWN,
        owed=owed(rows) if found else None,
        today=today(),
    )
