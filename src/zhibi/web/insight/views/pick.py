"""The customers one may mean while typing, each a link to the same analysis of that customer."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.insight.params_form import address_with
from zhibi.web.insight.pick import CUSTOMER, picked
from zhibi.web.insight.question import Question


def pick(request: HttpRequest, asking: Question) -> HttpResponse:
    """What else stands in the form stays as it is; 404 for what is asked of no customer."""
    if CUSTOMER not in asking.params.__dataclass_fields__:
        raise Http404
    text = request.GET.get(CUSTOMER, "")
    found = [
        (one.account, address_with(asking, request.GET, {CUSTOMER: one.number}))
        for one in (picked(request.user, text) if text.strip() else ())
    ]
    return render(request, "insight/_customers.html", {"found": found, "text": text.strip()})
