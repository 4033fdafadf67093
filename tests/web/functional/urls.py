"""The addresses of the workspace, and one page that shows every component."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from zhibi.web.jobs.models import Job
from zhibi.web.urls import handler400, handler403, handler404, handler500
from zhibi.web.urls import urlpatterns as own

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

PAGE = Path(__file__).parent / "components.html"


class Example(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="Name", help_text="As it stands on the contract.")
    amount = forms.DecimalField(label="Amount", required=False)
    due_on = forms.DateField(
        label="Due on", widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    grade = forms.ChoiceField(label="Grade", choices=[("A", "A"), ("B", "B")])
    stance = forms.ChoiceField(
        label="Stance", choices=[("for", "for us"), ("not", "against")], widget=forms.RadioSelect
    )
    ways = forms.MultipleChoiceField(
        label="Ways",
        choices=[("call", "call"), ("visit", "visit")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    remind = forms.BooleanField(label="Remind me", required=False)
    note = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    file = forms.FileField(label="File", required=False)


def running() -> Job:
    """A job on its way, under a uid that a test can save it with."""
    doing = {"template": "{done} of {all} rows read", "fields": {"done": 40, "all": 100}}
    return Job(uid=UUID(int=1), kind="example", state="running", progress=0.4, doing=doing)


def failed() -> Job:
    error = {"template": "The file is empty.", "fields": {}}
    return Job(uid=UUID(int=2), kind="example", state="failed", error=error)


@login_not_required
def components(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Saved.")
    messages.error(request, "Not saved: the amount is not a number.")
    page = engines["django"].from_string(PAGE.read_text(encoding="utf-8"))
    shown = {
        "form": Example(),
        "wrong": Example({"name": "", "amount": "many"}, prefix="wrong"),
        "numbers": [3, 5, 0, 8, 13, None, 9, 11, 12, 10, 8, 6],
        "accounts": ("华数机械(山东)有限公司", "青岛轮胎集团", "中棉纺织股份有限公司"),
        "job": running(),
        "failed": failed(),
        "suggestions": [{"address": "#", "name": "华数机械", "detail": "A"}],
    }
    return HttpResponse(page.render(shown, request))


urlpatterns = [*own, path("components", components)]
