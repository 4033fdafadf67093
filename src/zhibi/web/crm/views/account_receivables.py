"""What an account owes: late, due this month, retained, each amount, and what it has paid."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from zhibi.web.crm.access import sight_of, today
from zhibi.web.crm.account_page import account_page
from zhibi.web.crm.models import Account, Receipt
from zhibi.web.crm.owed import owed
from zhibi.web.given import number_in

SHOWN = 100
RECEIPTS = 20  # a page


def account_receivables(request: HttpRequest, uid: UUID) -> HttpResponse:
    sight = sight_of(request.user, uid)
    rows = sight.account.receivables.filter(open__gt=0)
    receipts = _receipts(sight.account, number_in(request.GET.get("below")))
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
        receipts=receipts[:RECEIPTS],
        below=receipts[RECEIPTS - 1].pk if len(receipts) > RECEIPTS else None,
    )


def _receipts(account: Account, below: int | None) -> list[Receipt]:
    """Those of a page and one more, the latest first: they are kept in the order they came."""
    found = account.receipts.order_by("-pk")
    if below:
        found = found.filter(pk__lt=below)
    return list(found[: RECEIPTS + 1])
