"""Search from anywhere: accounts, the people there, and one's own tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from zhibi.web.crm.access import has_few_owners
from zhibi.web.crm.listing.conditions import Asked, found
from zhibi.web.crm.listing.orders import ORDERS, Way
from zhibi.web.crm.listing.paging import first_of
from zhibi.web.crm.listing.search import matching, people_found, tasks_found
from zhibi.web.crm.models import Account
from zhibi.web.team.models import User

SUGGESTED: Final = 8
SHOWN: Final = 30
BIGGEST_FIRST: Final = Way(ORDERS["sales"], True)


@dataclass(frozen=True, slots=True)
class Suggestion:
    name: str
    detail: str
    address: str


def search(request: HttpRequest) -> HttpResponse:
    """As one types only the suggestions; else a page."""
    text = request.GET.get("q", "").strip()[:100]
    limit = SUGGESTED if request.htmx else SHOWN
    accounts = accounts_found(request.user, text, limit=limit)
    people = people_found(request.user, text, limit=limit // 2)
    tasks = tasks_found(request.user, text, limit=limit // 2) if accounts or text else []
    if request.htmx:
        few = [_of_account(one) for one in accounts]
        few += [Suggestion(p.name, p.account.name, _people(p.account)) for p in people]
        few += [Suggestion(one.title, "", reverse("task", args=[one.uid])) for one in tasks]
        return render(request, "parts/suggestions.html", {"suggestions": few[: SUGGESTED + 4]})
    context = {"text": text, "accounts": accounts, "people": people, "tasks": tasks}
    context["is_cut"] = len(accounts) == limit
    return render(request, "accounts/search.html", context)


def accounts_found(user: User, text: str, *, limit: int) -> list[Account]:
    """The biggest accounts that are meant by what was typed."""
    match = matching(text)
    if match is None:
        return []
    asked = Asked(others=[match.holds], shortcut=match.shortcut_for(user))
    is_few = match.is_rare or has_few_owners(user)
    ids = first_of(found(user, asked), BIGGEST_FIRST, limit, is_rare=is_few)
    by_pk = Account.objects.select_related("owner").in_bulk(ids)
    return [by_pk[pk] for pk in ids]


def _of_account(account: Account) -> Suggestion:
    owner = account.owner.name if account.owner else ""
    detail = " · ".join(part for part in (account.grade, owner) if part)
    return Suggestion(account.name, detail, reverse("account", args=[account.uid]))


def _people(account: Account) -> str:
    return reverse("account-people", args=[account.uid])
