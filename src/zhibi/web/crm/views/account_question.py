"""The next question about an account, its answer, and skipping it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhibi.web.crm.access import refuse_reader, sight_of
from zhibi.web.crm.actions.answer import answer
from zhibi.web.crm.asking import asked, open_question, skip


@require_POST
def account_question(request: HttpRequest, uid: UUID) -> HttpResponse:
    sight = sight_of(request.user, uid)
    refuse_reader(request.user, sight.account)
    key = request.POST.get("question", "")
    question = asked(sight.account, key)
    if "skip" in request.POST:
        skip(request, sight.account, key)
    elif question is not None:  # else somebody answered it meanwhile
        answer(sight.account, question, request.POST.get("answer", ""), by=request.user)
    if not request.htmx:
        return redirect("account", uid)
    shown = {"account": sight.account, "question": open_question(request, sight)}
    return render(request, "accounts/_question.html", shown)
