"""How far the relation with an account has come, as a person judges it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from zhibi.errors import ZhibiError
from zhibi.web.crm.access import account_for
from zhibi.web.crm.actions.judge import EVIDENCE, set_stage
from zhibi.web.crm.criteria import stages
from zhibi.web.text import say


@require_POST
def life_stage(request: HttpRequest, uid: UUID) -> HttpResponse:
    account = account_for(request.user, uid, to_edit=True)
    stage = request.POST.get("stage", "")
    evidence = request.POST.get("evidence", "").strip().replace("\0", "")[:EVIDENCE]
    if stage not in stages():
        raise ZhibiError("Choose one of the life stages.")
    set_stage(account, stage, evidence=evidence, by=request.user)
    messages.success(request, say("Saved."))
    return redirect("account-judgements", uid)
