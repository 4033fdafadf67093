"""Ending sessions of one's own: one of them, or all but this."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from zhibi.web.team.actions.sign_in import end_sessions
from zhibi.web.team.models import Session
from zhibi.web.text import say


@require_POST
def end_session(request: HttpRequest, uid: UUID) -> HttpResponse:
    get_object_or_404(Session, uid=uid, user=request.user).delete()
    messages.success(request, say("That session has ended."))
    return redirect("me")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    end_sessions(request.user, but=request.session.session_key)
    messages.success(request, say("Your other sessions have ended."))
    return redirect("me")
