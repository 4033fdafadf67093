"""One account: the news in a sentence, what to do, and the one thing to ask."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from zhibi.web.crm.access import sight_of
from zhibi.web.crm.account_page import account_page
from zhibi.web.crm.asking import open_question
from zhibi.web.crm.group import group_of
from zhibi.web.crm.overview import findings_of, sentence


def account(request: HttpRequest, uid: UUID) -> HttpResponse:
    sight = sight_of(request.user, uid)
    found = findings_of(sight.account)
    tasks = sight.account.tasks.filter(done_at=None, deleted_at=None).select_related("assignee")
    return account_page(
        request,
        sight,
        "account",
        sentence=sentence(sight.account, found),
        findings=found,
        tasks=tasks.order_by("due_on", "pk")[:5],
        group=group_of(sight.account, request.user),
        question=open_question(request, sight) if sight.may_edit else None,
    )
