"""The people at an account, and how to reach them for who may know."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhibi.web.crm.access import Sight, refuse_reader, sight_of
from zhibi.web.crm.account_page import account_page
from zhibi.web.crm.actions.change_contact import add_contact
from zhibi.web.crm.forms.contact import NewContactForm, functions, layers
from zhibi.web.crm.masking import REACHED_BY, masked
from zhibi.web.crm.models import Account, Contact
from zhibi.web.team.models import Change

SHOWN = 500
LOOKED_UP = 10


@dataclass(frozen=True, slots=True)
class Reach:
    """One way to reach a person, whole or masked."""

    field: str
    text: str
    is_masked: bool


@dataclass(frozen=True, slots=True)
class Person:
    contact: Contact
    layer: str
    function: str
    reached_by: list[Reach]


def account_people(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The list, and under it a form that asks for name and title only."""
    sight = sight_of(request.user, uid)
    form = NewContactForm(request.POST or None, instance=Contact(account=sight.account))
    if request.method == "POST":
        refuse_reader(request.user, sight.account)
        if form.is_valid():
            contact = form.save(commit=False)
            contact.uid = form.cleaned_data["uid"]
            add_contact(contact, by=request.user)
            return redirect("account-people", uid)
    return account_page(
        request,
        sight,
        "account-people",
        people=people_of(sight),
        deleted=_deleted(sight.account) if sight.may_edit else [],
        form=form,
        looked_up=_looked_up(sight.account) if sight.in_charge else [],
        status=422 if form.is_bound else 200,
    )


def people_of(sight: Sight) -> list[Person]:
    """Those who are still there first."""
    found = sight.account.contacts.filter(deleted_at=None, erased_at=None)
    ordered = found.select_related("reports_to").order_by("has_left", "pk")[:SHOWN]
    return [person_of(contact, is_team=sight.may_edit) for contact in ordered]


def person_of(contact: Contact, *, is_team: bool, revealed: str = "") -> Person:
    reached = []
    for field in REACHED_BY:
        text = getattr(contact, field)
        is_masked = not is_team and field != revealed
        if text:
            reached.append(Reach(field, masked(field, text) if is_masked else text, is_masked))
    called = layers().get(contact.layer, contact.layer)
    return Person(contact, called, functions().get(contact.function, contact.function), reached)


def _deleted(account: Account) -> list[Contact]:
    gone = account.contacts.filter(deleted_at__isnull=False, erased_at=None)
    return list(gone.order_by("-deleted_at", "pk")[:20])


def _looked_up(account: Account) -> list[Change]:
    """Who outside the team asked how to reach somebody here: for who is in charge."""
    lines = Change.objects.filter(of_account=account.uid, what="revealed").select_related("by")
    return list(lines.order_by("-pk")[:LOOKED_UP])
