"""Who changed what at an account, from what to what, when: in words, for who may read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from zhibi.web.crm.access import accounts_of
from zhibi.web.crm.criteria import stages
from zhibi.web.crm.models import Account, Contact
from zhibi.web.given import uid_in
from zhibi.web.team.actions.seal import opened_lines
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
        lines.append(Line(change, _subject(change, people), _what(change.what), *texts))
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
    return {"True": say("yes"), "False": say("no")}.get(text, text)


def _subject(change: Change, people: dict[UUID, str]) -> str:
    if change.subject_kind == "contact":
        return people.get(change.subject_uid) or say("an erased person")
    kinds = {
        "account": "", "task": say("task"), "followup": say("follow-up"),
        "promise": say("promise"), "attachment": say("file"),
    }  # fmt: skip
    return kinds.get(change.subject_kind, change.subject_kind)


def _what(what: str) -> str:
    return _called().get(what, what)


def _called() -> dict[str, Any]:
    """What the audit notes → how people call it."""
    return {
        "created": say("made"), "deleted": say("deleted"), "restored": say("brought back"),
        "revealed": say("looked up"), "erased": say("erased"), "exported": say("exported"),
        "name": say("name"), "former_names": say("former names"), "owner": say("owner"),
        "parent": say("company above it"), "tags": say("tags"), "grade": say("grade"),
        "grade_is_set": say("grade set by a person"), "life_stage": say("life stage"),
        "grade_is_provisional": say("grade is provisional"),
        "reader": say("collaborator who reads"), "editor": say("collaborator who edits"),
        "credit_code": say("credit code"), "industry": say("industry"), "region": say("region"),
        "size": say("size"), "kind": say("kind"), "route": say("route"),
        "source": say("came to us by"), "website": say("website"), "location": say("address"),
        "since": say("customer since"), "employees": say("employees"),
        "annual_revenue": say("revenue a year"), "credit_limit": say("credit limit"),
        "title": say("title"), "department": say("department"), "layer": say("layer"),
        "function": say("function"), "reports_to": say("reports to"), "phone": say("phone"),
        "email": say("email"), "message_id": say("WeChat or another id"), "note": say("note"),
        "has_left": say("has left"), "text": say("text"), "at": say("time"),
        "contact": say("with whom"), "due_on": say("due"), "done_at": say("done"),
        "outcome": say("outcome"), "assignee": say("who does it"), "kept_on": say("kept"),
        "dropped_because": say("dropped because"), "is_ours": say("promised by us"),
        "merged_into": say("merged into"),
    }  # fmt: skip
