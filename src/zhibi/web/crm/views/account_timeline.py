"""What happened at an account, newest first."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.crm.access import sight_of
from zhibi.web.crm.account_page import account_page
from zhibi.web.crm.timeline import KINDS, place_of, timeline
from zhibi.web.text import say


def account_timeline(request: HttpRequest, uid: UUID) -> HttpResponse:
    sight = sight_of(request.user, uid)
    only = request.GET.get("only", "")
    only = only if only in {kind.name for kind in KINDS} else ""
    lines, below = timeline(sight.account, only=only, below=place_of(request.GET.get("below", "")))
    shown = {"lines": lines, "below": below, "only": only, "account": sight.account}
    if request.htmx:
        return render(request, "accounts/_timeline.html", shown)
    return account_page(
        request, sight, "account-timeline", kinds=_kinds(), lines=lines, below=below, only=only
    )


def _kinds() -> list[tuple[str, str]]:
    labels = (
        say("Follow-ups"), say("Tasks done"), say("Judgements"), say("Changes"),
        say("Grades computed"), say("Sales"),
    )  # fmt: skip
    return [("", say("Everything")), *zip((kind.name for kind in KINDS), labels, strict=True)]
