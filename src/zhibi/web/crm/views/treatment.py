"""How accounts of each grade are treated, for all to see and for some to set."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhibi.web.crm.forms.work import TreatmentForm
from zhibi.web.crm.models import Treatment
from zhibi.web.crm.treatment import forget_treatments, treatments
from zhibi.web.team.actions.edit import EditedMeanwhileError, create_once, edit
from zhibi.web.team.models import Role, User
from zhibi.web.text import say

MAY_SET: Final = (Role.DIRECTOR, Role.ADMINISTRATOR)


def treatment(request: HttpRequest) -> HttpResponse:
    seen = {"treatments": treatments().values(), "may_set": request.user.role in MAY_SET}
    return render(request, "work/treatment.html", seen)


def set_treatment(request: HttpRequest, grade: str) -> HttpResponse:
    """Directors and administrators change one grade's row."""
    if request.user.role not in MAY_SET:
        raise PermissionDenied
    forget_treatments()  # what is changed must be what is kept now
    row = treatments().get(grade)
    if row is None:
        raise Http404
    form = TreatmentForm(request.POST or None, instance=row)
    clash = None
    if request.method == "POST" and form.is_valid():
        try:
            _keep(grade, form, by=request.user)
        except EditedMeanwhileError as problem:
            clash, form = problem, form.with_version_of(problem)
        else:
            forget_treatments()
            messages.success(request, say("Saved."))
            return redirect("treatment")
    shown = {"form": form, "grade": grade, "clash": clash}
    status = 409 if clash else 422 if form.is_bound else 200
    return render(request, "work/set_treatment.html", shown, status=status)


def _keep(grade: str, form: TreatmentForm, *, by: User) -> None:
    """The first to set a grade makes its row. A form opened before that is about no version of
    it."""
    kept = Treatment.objects.filter(grade=grade, deleted_at=None).first()
    uid, version = form.cleaned_data["uid"], form.cleaned_data["version"]
    if kept is None:
        made = Treatment(uid=uid, grade=grade, **form.values())
        kept = create_once(made, by=by, known_by="grade")
    edit(kept, form.values(), by=by, version=version if uid == kept.uid else 0)
