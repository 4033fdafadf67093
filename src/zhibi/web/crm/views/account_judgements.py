"""What people judge of an account, beside what the figures say of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from zhibi.errors import ZhibiError
from zhibi.web.crm.access import account_for, sight_of
from zhibi.web.crm.account_page import account_page
from zhibi.web.crm.actions.judge import EVIDENCE, judge
from zhibi.web.crm.criteria import group_named, stages
from zhibi.web.crm.grade_told import grade_told
from zhibi.web.crm.group import sees_whole_group
from zhibi.web.crm.judged import judged_of, man_of
from zhibi.web.crm.models.grade import GRADES
from zhibi.web.text import say


def account_judgements(request: HttpRequest, uid: UUID) -> HttpResponse:
    sight = sight_of(request.user, uid)
    judged = judged_of(sight.account)
    return account_page(
        request,
        sight,
        "account-judgements",
        judged=judged,
        man=man_of(judged),
        told=grade_told(
            sight.account, judged, sees_group=sees_whole_group(sight.account, request.user)
        ),
        stages=stages(),
        grades=GRADES,
    )


@require_POST
def judge_group(request: HttpRequest, uid: UUID, group: str) -> HttpResponse:
    """Several criteria at once; those that say nothing new make no line."""
    account = account_for(request.user, uid, to_edit=True)
    known = group_named(group)
    if known is None:
        raise Http404
    rows = judged_of(account).rows(known)
    said = [(row, *_said(request.POST, row)) for row in rows]
    for row, value, evidence in said:
        if (value, evidence) != (row.value, row.evidence):
            judge(account, row.criterion, value, evidence=evidence, by=request.user)
    messages.success(request, say("Saved."))
    return redirect("account-judgements", uid)


def _said(posted: Any, row: Any) -> tuple[str, str]:
    """What a form says of a criterion. ZhibiError for what it did not offer."""
    value = posted.get(f"value-{row.criterion}", row.value)
    evidence = posted.get(f"evidence-{row.criterion}", row.evidence).strip()
    if value not in dict(row.choices):
        raise ZhibiError("{criterion}: choose one of the answers.", criterion=row.label)
    if len(evidence) > EVIDENCE or "\0" in evidence:
        raise ZhibiError(
            "{criterion}: write up to {n} letters on what it rests on.",
            criterion=row.label,
            n=EVIDENCE,
        )
    return value, evidence
