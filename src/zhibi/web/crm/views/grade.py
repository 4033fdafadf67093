"""A person's grade over the computed one, with its reason; and giving it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from zhibi.web.crm.access import account_for
from zhibi.web.crm.actions.judge import give_grade_back, refuse_grade, set_grade
from zhibi.web.text import say


@require_POST
def grade(request: HttpRequest, uid: UUID) -> HttpResponse:
    """An empty letter lets the computed grade hold again."""
    account = account_for(request.user, uid, to_edit=True)
    letter = request.POST.get("grade", "")
    reason = request.POST.get("reason", "").strip()
    refuse_grade(letter, reason)
    if letter:
        set_grade(account, letter, reason=reason, by=request.user)
    else:
        give_grade_back(account, reason=reason, by=request.user)
    messages.success(request, say("Saved."))
    return redirect("account-judgements", uid)
