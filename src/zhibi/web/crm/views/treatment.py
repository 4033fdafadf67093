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
from zhibi.web.team.actions.edit import create, edit
from zhibi.web.team.models import Role
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
    kept = {name: getattr(row, name) for name in TreatmentForm.base_fields}
    form = TreatmentForm(request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        if row.pk is None:
            create(Treatment(grade=grade, **form.cleaned_data), by=request.user)
        else:
            edit(row, form.cleaned_data, by=request.user, version=row.version)
        forget_treatments()
        messages.success(request, say("Saved."))
        return redirect("treatment")
    status = 422 if form.is_bound else 200
    return render(request, "work/set_treatment.html", {"form": form, "grade": grade}, status=status)
