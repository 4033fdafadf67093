"""The analyses somebody keeps."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from zhibi.web.insight.actions.keep import change as change_saved
from zhibi.web.insight.actions.keep import let_go
from zhibi.web.insight.actions.keep import look as look_at
from zhibi.web.insight.forms import SaveForm
from zhibi.web.insight.models import SavedAnalysis
from zhibi.web.insight.question import is_question, question
from zhibi.web.text import say


def saved(request: HttpRequest) -> HttpResponse:
    """One's own, by name."""
    kept = SavedAnalysis.objects.filter(user=request.user, deleted_at=None).order_by("name", "pk")
    rows = [(one, question(one.method)) for one in kept if is_question(one.method)]
    return render(request, "insight/saved.html", {"rows": rows})


def look(request: HttpRequest, uid: UUID) -> HttpResponse:
    """To its page, and what it tells is not new any more; only one's own."""
    kept = get_object_or_404(SavedAnalysis, uid=uid, user=request.user, deleted_at=None)
    if not is_question(kept.method):
        raise Http404
    if kept.last_made_at and _is_followed(request):
        look_at(kept)
    query = f"?{kept.query}" if kept.query else ""
    return redirect(reverse("analysis", args=[kept.method]) + query)


def _is_followed(request: HttpRequest) -> bool:
    """Whether a person follows the link: not where a browser fetches what may be followed."""
    ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
    return request.method == "GET" and not ahead


def change(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Another name, another day, or none any more; only one's own."""
    kept = get_object_or_404(SavedAnalysis, uid=uid, user=request.user, deleted_at=None)
    if request.method == "POST" and "let_go" in request.POST:
        let_go(kept, by=request.user)
        messages.success(request, say("{name} is not kept any more.", name=kept.name))
        return redirect("saved-analyses")
    form = SaveForm(request.POST or None, instance=kept, initial={"uid": kept.uid})
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in SaveForm.Meta.fields}
        change_saved(SavedAnalysis.objects.get(pk=kept.pk), values, by=request.user)
        messages.success(request, say("Saved."))
        return redirect("saved-analyses")
    return render(request, "insight/change_saved.html", {"form": form, "kept": kept})
