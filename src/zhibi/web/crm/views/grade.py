"""A person's grade over the computed one, with its reason; and giving it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from zhibi.errors import ZhibiError
from zhibi.web.crm.access import account_for
from zhibi.web.crm.actions.judge import give_grade_back, set_grade
from zhibi.web.crm.criteria import GRADES
from zhibi.web.crm.views.account_judgements import EVIDENCE
from zhibi.web.text import say


@require_POST
def grade(request: HttpRequest, uid: UUID) -> HttpResponse:
    """An empty letter lets the computed grade hold again."""
    account = account_for(request.user, uid, to_edit=True)
    letter = request.POST.get("grade", "")
    reason = request.POST.get("reason", "").strip()
    if letter and letter not in GRADES:
        raise ZhibiError("A grade is one of {grades}; choose one.", grades=", ".join(GRADES))
    if not reason or len(reason) > EVIDENCE or "\0" in reason:
        raise ZhibiError(
            "Say in up to {n} letters why the grade is to be another: the computed one and yours "
            "both stay to be seen.",
            n=EVIDENCE,
        )
    if letter:
        set_grade(account, letter, reason=reason, by=request.user)
    else:
        give_grade_back(account, reason=reason, by=request.user)
    messages.success(request, say("Saved."))
    return redirect("account-judgements", uid)
