"""What is to be done at an account, what was promised, and what was done."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from zhibi.web.crm.access import sight_of, today
from zhibi.web.crm.account_page import account_page

SHOWN = 50
FOLLOW_UPS = 10  # the timeline has all of them


def account_work(request: HttpRequest, uid: UUID) -> HttpResponse:
    sight = sight_of(request.user, uid)
    account = sight.account
    tasks = account.tasks.filter(done_at=None, deleted_at=None).select_related("assignee")
    promises = account.promises.filter(kept_on=None, dropped_because="", deleted_at=None)
    done = account.follow_ups.filter(deleted_at=None).select_related("by", "contact")
    return account_page(
        request,
        sight,
        "account-work",
        tasks=tasks.order_by("due_on", "pk")[:SHOWN],
        promises=promises.order_by("due_on", "pk")[:SHOWN],
        follow_ups=done.order_by("-at", "-pk")[:FOLLOW_UPS],
        shown=FOLLOW_UPS,
        today=today(),
    )
