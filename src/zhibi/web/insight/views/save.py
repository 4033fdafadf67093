"""Keeping an analysis under a name."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhibi.web.insight.actions.keep import keep
from zhibi.web.insight.forms import SaveForm
from zhibi.web.insight.models import SavedAnalysis
from zhibi.web.insight.params_form import ParamsForm
from zhibi.web.insight.question import Question
from zhibi.web.insight.views.analysis import address_of
from zhibi.web.text import say


def save(request: HttpRequest, asking: Question) -> HttpResponse:
    """Everybody keeps for themselves what they may see; the address is what is kept."""
    asked = ParamsForm(asking, request.GET, request.user)
    if not asked.is_valid():
        raise Http404
    saved = SavedAnalysis(user=request.user, method=asking.name, query=asked.query)
    form = SaveForm(request.POST or None, instance=saved, initial={"name": say(asking.title)[:80]})
    if request.method == "POST" and form.is_valid():
        saved.uid = form.cleaned_data["uid"]
        keep(form.save(commit=False), by=request.user)
        messages.success(request, say("Kept as {name}.", name=saved.name))
        return redirect(address_of(asking, asked))
    seen = {"form": form, "asking": asking, "asked": asked, "back": address_of(asking, asked)}
    return render(request, "insight/save.html", seen, status=422 if form.is_bound else 200)
