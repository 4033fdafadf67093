"""Who sees an account beside its owner: named and ended by who is in charge of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhibi.web.crm.access import account_in_charge
from zhibi.web.crm.actions.collaborate import end_collaboration, name_collaborator
from zhibi.web.crm.forms.team import CollaboratorForm
from zhibi.web.text import say


def name(request: HttpRequest, uid: UUID) -> HttpResponse:
    account = account_in_charge(request.user, uid)
    form = CollaboratorForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        name_collaborator(
            account, said["user"], may_edit=said["may_edit"], ends_on=said["ends_on"],
            by=request.user,
        )  # fmt: skip
        messages.success(request, say("{name} sees this account now.", name=said["user"].name))
        return redirect("account-file", uid)
    shown = {"account": account, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "accounts/collaborator.html", shown, status=status)


@require_POST
def end(request: HttpRequest, uid: UUID, user: UUID) -> HttpResponse:
    account = account_in_charge(request.user, uid)
    named = get_object_or_404(account.collaborators.select_related("user"), user__uid=user)
    end_collaboration(account, named.user, by=request.user)
    return redirect("account-file", uid)
