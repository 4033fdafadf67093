"""Adding a person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhibi.web.team.access import only_administrators
from zhibi.web.team.actions.people import add_person
from zhibi.web.team.forms.person import NewPersonForm
from zhibi.web.team.forms.taken import taken_is_told
from zhibi.web.text import say


def new_person(request: HttpRequest) -> HttpResponse:
    """The form, and what it sends; afterwards the first password, shown this once."""
    only_administrators(request.user)
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with taken_is_told(form):
            return _added(request, form)
    status = 422 if form.errors else 200
    return render(request, "team/new_person.html", {"form": form}, status=status)


def _added(request: HttpRequest, form: NewPersonForm) -> HttpResponse:
    person = form.save(commit=False)
    person.uid = form.cleaned_data["uid"]
    names = form.cleaned_data["seller_names"]
    password = add_person(person, seller_names=names, by=request.user)
    if password is None:
        messages.info(request, say("This person was added already."))
        return redirect("person", person.uid)
    shown = {"person": person, "password": password}
    return render(request, "team/password_once.html", shown)
