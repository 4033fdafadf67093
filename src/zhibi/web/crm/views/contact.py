"""One person at a customer: seen and changed by the account's team, deleted and brought back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhibi.web.crm.access import account_for
from zhibi.web.crm.actions.change_contact import change_contact
from zhibi.web.crm.forms.contact import ContactForm
from zhibi.web.crm.models import Account, Contact
from zhibi.web.team.actions import edit
from zhibi.web.team.actions.edit import EditedMeanwhileError
from zhibi.web.text import say


def contact(request: HttpRequest, uid: UUID, person: UUID) -> HttpResponse:
    account = account_for(request.user, uid, to_edit=True)
    found = contact_of(account, person)
    form = ContactForm(request.POST or None, instance=found, account=account)
    clash = None
    if request.method == "POST" and form.is_valid():
        try:
            current = contact_of(account, person)
            version = form.cleaned_data["version"]
            change_contact(current, form.values(), by=request.user, version=version)
        except EditedMeanwhileError as problem:
            clash, form = problem, form.with_version_of(problem)
        else:
            messages.success(request, say("Saved."))
            return redirect("account-people", uid)
    shown = {"account": account, "contact": found, "form": form, "clash": clash}
    status = 409 if clash else 422 if form.is_bound else 200
    return render(request, "accounts/contact.html", shown, status=status)


@require_POST
def delete_contact(request: HttpRequest, uid: UUID, person: UUID) -> HttpResponse:
    account = account_for(request.user, uid, to_edit=True)
    edit.delete(contact_of(account, person), by=request.user, of_account=account.uid)
    return redirect("account-people", uid)


@require_POST
def restore_contact(request: HttpRequest, uid: UUID, person: UUID) -> HttpResponse:
    account = account_for(request.user, uid, to_edit=True)
    gone = contact_of(account, person, is_deleted=True)
    edit.restore(gone, by=request.user, of_account=account.uid)
    return redirect("account-people", uid)


def contact_of(account: Account, person: UUID, *, is_deleted: bool = False) -> Contact:
    """A person of this account, or 404; nobody finds who was erased."""
    people = account.contacts.select_related("reports_to", "account").filter(erased_at=None)
    found: Contact | None = people.filter(uid=person, deleted_at__isnull=not is_deleted).first()
    if found is None:
        raise Http404
    return found
