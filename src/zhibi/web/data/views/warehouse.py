"""Reading the warehouse again before its day."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from zhibi.web.data.reading import may_look_again
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.warehouse import is_connected


@require_POST
def look_at_warehouse(request: HttpRequest) -> HttpResponse:
    if not may_look_again(request.user):
        raise PermissionDenied
    if is_connected():
        ask("look_at_warehouse", by=request.user, same_as="look_at_warehouse")
    return redirect("data")
