"""The views of the list of accounts: those everybody has, one's own, and those others share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.http import QueryDict

from zhibi.web.crm.models import SavedView
from zhibi.web.team.models import Role, User
from zhibi.web.text import say

PAGE: Final = "accounts"
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class View:
    """`kept` is the saved view when it is the person's own."""

    name: str
    query: str
    is_open: bool
    kept: SavedView | None = None


def views_for(user: User, query: QueryDict) -> list[View]:
    """The views a person has, and which of them is open."""
    now = same(query.urlencode())
    mine = user.role == Role.SALESPERSON
    usual = [
        (say("All mine") if mine else say("All"), ""),
        (say("Warned"), "warning=now&warning=soon"),
        (say("Key accounts"), "grade=A"),
        (say("No contact for 60 days"), "quiet=60"),
    ]
    views = [View(name, asked, same(asked) == now) for name, asked in usual]
    for kept in saved_views(user):
        own = kept if kept.user_id == user.pk else None
        views.append(View(kept.name, kept.query, same(kept.query) == now, own))
    return views


def saved_views(user: User) -> list[SavedView]:
    seen = SavedView.objects.filter(Q(user=user) | Q(is_shared=True), page=PAGE, deleted_at=None)
    return list(seen.order_by("name", "pk")[:MOST])


def same(query: str) -> tuple[tuple[str, str], ...]:
    """A query however it is written; how the list is sorted and shown is not part of it."""
    given = QueryDict(query)
    left_out = ("sort", "page", "columns")
    pairs = [(name, value) for name, values in given.lists() for value in values]
    return tuple(sorted(pair for pair in pairs if pair[0] not in left_out))
