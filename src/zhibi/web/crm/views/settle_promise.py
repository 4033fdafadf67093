"""What became of a promise: kept, moved to another day, or dropped with a reason."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from zhibi.errors import ZhibiError
from zhibi.web.back import back
from zhibi.web.crm.access import promise_for, today
from zhibi.web.crm.actions import follow
from zhibi.web.given import day_in
from zhibi.web.text import say


@require_POST
def settle_promise(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One button or field says which of the three."""
    promise = promise_for(request.user, uid)
    if request.POST.get("due_on"):
        follow.move_promise(promise, by=request.user, to=_day(request.POST["due_on"]))
        messages.success(request, say("Moved."))
    elif because := request.POST.get("because", "").replace("\0", "").strip():
        follow.drop_promise(promise, by=request.user, because=because[:300])
        messages.success(request, say("Dropped, with the reason."))
    else:
        follow.keep_promise(promise, by=request.user, on=today())
        messages.success(request, say("Kept."))
    return back(request, "today")


def _day(text: str) -> date:
    day = day_in(text)
    if day is None:
        raise ZhibiError("{text} is no day; write it as 2026-12-31.", text=text[:20])
    return day
