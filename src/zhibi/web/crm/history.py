"""Who changed what at an account, from what to what, when: in words, for who may read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q

from zhibi.web.crm.access import accounts_of
from zhibi.web.crm.criteria import stages
from zhibi.web.crm.models import Account, Contact
from zhibi.web.given import uid_in
from zhibi.web.team.actions.seal import opened_lines
from zhibi.web.team.change_words import kind_called, value_called, what_called
from zhibi.web.team.models import Change, User
from zhibi.web.text import say

PAGE: Final = 50
NAMELESS: Final = ("followup", "promise", "attachment")  # they are their text


@dataclass(frozen=True, slots=True)
class Line:
    """`before` and `after` are None where the reader may not know, or nobody can any more."""

    change: Change
    subject: str
    what: str
    before: str | None
    after: str | None

    @property
    def is_hidden(self) -> bool:
        return self.before is None


def history(
    account: Account, user: User, *, is_team: bool, below: int | None = None
) -> tuple[list[Line], int | None]:
    """A page of lines, newest first, and where the next begins. What is said of a person is for
    the account's team."""
    rows = Change.objects.filter(Q(of_account=account.uid) | Q(subject_uid=account.uid))
    if below is not None:
        rows = rows.filter(pk__lt=below)
    found = list(rows.select_related("by").order_by("-pk")[: PAGE + 1])
    page = found[:PAGE]
    lines = _in_words(page, account, user, is_team=is_team)
    return lines, page[-1].pk if len(found) > PAGE else None


def _in_words(page: Sequence[Change], account: Account, user: User, *, is_team: bool) -> list[Line]:
    people = _names(account)
    companies = _visible_names(page, user)
    lines = []
    for change, (before, after) in zip(page, opened_lines(page), strict=True):
        texts = tuple(_text(change, text, people, companies) for text in (before, after))
        if change.person and not is_team:
            texts = (None, None)
        lines.append(Line(change, _subject(change, people), what_called(change.what), *texts))
    return lines


def _names(account: Account) -> dict[UUID, str]:
    contacts = Contact.objects.filter(account=account)
    return dict(contacts.values_list("uid", "name"))


def _visible_names(page: Sequence[Change], user: User) -> set[str]:
    """Of the companies above it that the lines name, those the reader sees."""
    named = {text for c in page if c.what == "parent" for text in (c.before, c.after) if text}
    return (
        set(accounts_of(user).filter(name__in=named).values_list("name", flat=True))
        if named
        else set()
    )


def _text(
    change: Change, text: str | None, people: dict[UUID, str], companies: set[str]
) -> str | None:
    if not text or (change.what == "created" and change.subject_kind in NAMELESS):
        return text and ""
    if change.what == "parent":
        return text if text in companies else "–"
    if change.what in ("reports_to", "contact"):
        uid = uid_in(text)
        return people.get(uid, "–") if uid else "–"
    if change.what == "life_stage":
        return stages().get(text, text)
    return value_called(change.what, text)


def _subject(change: Change, people: dict[UUID, str]) -> str:
    if change.subject_kind == "contact":
        return people.get(change.subject_uid) or say("an erased person")
    return "" if change.subject_kind == "account" else kind_called(change.subject_kind)
