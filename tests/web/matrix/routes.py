"""Every route, who may open it, and addresses of it to try.

A route that is new stands in no table yet, and `test_every_route_is_in_a_table` says so: give it
a line in the table of what it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.web.matrix.world import (
    ALL,
    DECIDES,
    EDITS,
    IN_CHARGE,
    SEES,
    SEES_EVERYBODY,
    WHO,
    Planted,
    World,
)


@dataclass(frozen=True)
class Route:
    """`posts_only` answers a GET with 405. `queries` are further ways to open it."""

    may: dict[str, Any]
    posts_only: bool = False
    queries: tuple[str, ...] = ()
    is_deleted: bool = False  # only for what is deleted; others are led elsewhere


ANYBODY: Final = dict.fromkeys(WHO, True)
ADMINISTRATORS: Final = {who: who == "dana" for who in WHO}
WHO_SEES_ALL: Final = {who: who in SEES_EVERYBODY for who in WHO}
WHO_BRING_DATA: Final = {who: who not in ("bob", "charlie") for who in WHO}
NOT_ANALYSTS: Final = {who: who != "erin" for who in WHO}
WHO_HANDS_OVER: Final = {who: who in ("alice", "dana", "fay") for who in WHO}
DIRECTORS: Final = {who: who in ("dana", "fay") for who in WHO}

# Without an object in the address. {account}, {task} … stand for those of a hidden account.
WHOLE: Final = {
    "today": Route(ANYBODY),
    "me": Route(ANYBODY),
    "change-password": Route(ANYBODY),
    "second-step": Route(ANYBODY),
    "sign-in": Route(ANYBODY),
    "sign-in-code": Route(ANYBODY),
    "sign-out": Route(ANYBODY, posts_only=True),
    "choose": Route(ANYBODY, posts_only=True),
    "end-other-sessions": Route(ANYBODY, posts_only=True),
    "people": Route(ADMINISTRATORS),
    "new-person": Route(ADMINISTRATORS),
    "teams": Route(ANYBODY),
    "new-team": Route(ADMINISTRATORS),
    "audit": Route(ADMINISTRATORS, queries=("by={user}",)),
    "tasks": Route(ANYBODY, queries=("whose=given", "whose=team", "whose={word}")),
    "new-task": Route(ANYBODY, queries=("account={own}", "account={own}&about=collection")),
    "treatment": Route(ANYBODY),
    "weekly": Route(ANYBODY, queries=("week=2024-01-01",)),
    "search": Route(
        ANYBODY,
        queries=("q={word}", "q={word}人", "q={word}任务", "q={word}旧任务", "q={word}-1", "q=旧"),
    ),
    "account-filters": Route(ANYBODY, queries=("tag={tag}", "owner={user}", "q={word}")),
    "account-columns": Route(ANYBODY, queries=("tag={tag}",)),
    "save-view": Route(ANYBODY, queries=("tag={tag}&sort=-sales", "owner={user}")),
    "accounts": Route(
        ANYBODY,
        queries=(
            "q={word}", "q={word}旧名", "owner={user}", "owner=nobody", "tag={tag}", "deleted=yes",
            "industry={word}行业", "sort=-overdue", "sort=name", "sales-from=1", "quiet=30",
            "team={team}", "overdue=yes", "warning=now", "grade=A",
        ),
    ),
    "new-account": Route(NOT_ANALYSTS),
    "companies": Route(ANYBODY, queries=("above={word}", "above=z")),
    "receivables": Route(
        ANYBODY, queries=("which=late", "which=this month", "which=retained", "which=all")
    ),
    "insight": Route(ANYBODY),
    "saved-analyses": Route(ANYBODY),
    "warnings": Route(ANYBODY),
    "data": Route(ANYBODY),
    "quality": Route(WHO_SEES_ALL),
    "look-at-warehouse": Route(WHO_BRING_DATA, posts_only=True),
    "bulk": Route(NOT_ANALYSTS, posts_only=True),
    "export-accounts": Route(ANYBODY, queries=("q={word}", "tag={tag}")),
    "duplicates": Route(NOT_ANALYSTS),
    "alike": Route(ANYBODY, queries=("name={word}公司", "credit_code={word}")),
    "compare": Route(dict.fromkeys(WHO, False), queries=("keep={own}&other={account}",)),
    "hand-over": Route(WHO_HANDS_OVER),
}  # fmt: skip

# Of an account: `may` is person → the accounts they may open it of.
OF_ACCOUNT: Final = {
    "account": Route(SEES),
    "account-people": Route(SEES),
    "account-orders": Route(SEES),
    "account-receivables": Route(SEES),
    "account-judgements": Route(SEES),
    "account-work": Route(SEES),
    "account-timeline": Route(SEES, queries=("only=changes", "only=follow-ups", "below=x")),
    "account-file": Route(SEES),
    "account-history": Route(SEES, queries=("below=1", "below=x")),
    "account-edit": Route(EDITS),
    "account-owner": Route(DECIDES),
    "account-tags": Route(EDITS, posts_only=True),
    "account-delete": Route(IN_CHARGE),
    "account-restore": Route(IN_CHARGE, is_deleted=True),
    "account-question": Route(EDITS, posts_only=True),
    "judge-group": Route(EDITS, posts_only=True),
    "account-grade": Route(EDITS, posts_only=True),
    "account-stage": Route(EDITS, posts_only=True),
    "contact": Route(EDITS),
    "contact-delete": Route(EDITS, posts_only=True),
    "contact-restore": Route(EDITS, posts_only=True),
    "contact-reveal": Route(SEES, posts_only=True),
    "contact-erase": Route(DECIDES),
    "collaborator-name": Route(IN_CHARGE),
    "collaborator-end": Route(IN_CHARGE, posts_only=True),
    "take-apart": Route(dict.fromkeys(WHO, ()), posts_only=True),  # nothing was merged
    "attach": Route(EDITS, posts_only=True),
    "attachment": Route(SEES),
    "attachment-remove": Route(EDITS, posts_only=True),
    "follow-up": Route(EDITS),
    "promise": Route(EDITS),
    "settle-promise": Route(EDITS, posts_only=True),
    "decide": Route(EDITS),
}
OF_TASK: Final = {
    "task": Route(SEES),
    "finish-task": Route(EDITS, posts_only=True),
    "reopen-task": Route(EDITS, posts_only=True),
    "delete-task": Route(EDITS, posts_only=True),
}
# Of a person alone: everybody else finds nothing.
OWN: Final = {
    "delete-view": ("views", Route(ANYBODY, posts_only=True)),
    "change-saved-analysis": ("analyses", Route(ANYBODY)),
    "look-at-saved-analysis": ("analyses", Route(ANYBODY)),  # leads on
    "end-session": ("sessions", Route(ANYBODY, posts_only=True)),
    "job": ("jobs", Route(ANYBODY)),
    "cancel-job": ("jobs", Route(ANYBODY, posts_only=True)),
    "import": ("imports", Route(ANYBODY)),
    "answer-import": ("imports", Route(ANYBODY, posts_only=True)),
    "commit-import": ("imports", Route(ANYBODY, posts_only=True)),
    "undo-import": ("imports", Route(ANYBODY, posts_only=True)),
    "forget-import": ("imports", Route(ANYBODY, posts_only=True)),
    "rejected-rows": ("imports", Route(ANYBODY)),
    "bulk-job": ("jobs", Route(ANYBODY)),
    "export-job": ("jobs", Route(ANYBODY)),
    "export-file": ("jobs", Route(ANYBODY)),
}
OF_PEOPLE: Final = {
    "person": Route(ADMINISTRATORS),
    "deactivate": Route(ADMINISTRATORS),
    "reactivate": Route(ADMINISTRATORS, posts_only=True),
    "reset-password": Route(ADMINISTRATORS, posts_only=True),
    "end-second-step-of": Route(ADMINISTRATORS, posts_only=True),
    "team": Route(ANYBODY),
    "join-team": Route(ADMINISTRATORS, posts_only=True),
    "delete-team": Route(ADMINISTRATORS, posts_only=True),
    "leave-team": Route(ADMINISTRATORS, posts_only=True),
    "lead-team": Route(ADMINISTRATORS, posts_only=True),
    "set-treatment": Route(DIRECTORS),
}
# Analyses need facts: test_leaks_of_analyses.
OF_ANALYSES: Final = {
    "account-review": Route(SEES),
    "analysis": Route(ANYBODY),
    "analyse-again": Route(ANYBODY, posts_only=True),
    "save-analysis": Route(ANYBODY),
    "download-analysis": Route(ANYBODY),
    "download-warnings": Route(ANYBODY),
    "pick-customer": Route(ANYBODY),
    "decide-on-analysis": Route(NOT_ANALYSTS),
}
TABLES: Final = (WHOLE, OF_ACCOUNT, OF_TASK, OWN, OF_PEOPLE, OF_ANALYSES)
EVERYWHERE: Final = {"sign-in", "sign-in-code", "sign-out", "choose"}  # signed in or not
LED_ON: Final = {"sign-in", "sign-in-code"}  # who is signed in already


def routes() -> Iterator[str]:
    """The name of every route there is."""
    yield from _names(get_resolver())


def _names(resolver: URLResolver) -> Iterator[str]:
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield one.name or str(one.pattern)
        else:
            yield from _names(one)


def known(table: dict[str, Any]) -> dict[str, Any]:
    """The lines of a table whose routes there are."""
    there = set(routes())
    return {name: line for name, line in table.items() if name in there}


def address_of(name: str, one: Planted) -> str:
    """The address of a route about an account or what hangs on it."""
    if name == "decide":
        return reverse(name, args=[one.finding.uid, "not-so"])
    if name == "settle-promise":
        return reverse(name, args=[one.promise.uid])
    if name in OF_TASK:
        return reverse(name, args=[one.task.uid])
    more: list[UUID | str] = []
    if name == "contact-restore":
        more = [one.contact_gone.uid]
    elif name.startswith("contact"):
        more = [one.contact.uid]
    elif name.startswith("attachment"):
        more = [one.attachment.uid]
    elif name == "collaborator-end":
        more = [one.follow_up.by.uid]
    elif name == "judge-group":
        more = ["man"]
    return reverse(name, args=[one.account.uid, *more])


def address_of_own(name: str, world: World, who: str) -> str:
    kind, _ = OWN[name]
    more = [1] if name == "rejected-rows" else []
    return reverse(name, args=[getattr(world, kind)[who].uid, *more])


def address_of_people(name: str, world: World) -> str:
    team, person = world.teams["南区"].uid, world.people.charlie.uid
    if name == "set-treatment":
        return reverse(name, args=["A"])
    if "team" in name:
        return reverse(name, args=[team, person][: 2 if name in ("leave-team", "lead-team") else 1])
    return reverse(name, args=[person])


def expected(who: str, key: str, route: Route) -> int:
    """What a person gets who opens a route of an account: there is none, not allowed, or the page.
    A deleted one is not there, but for the way back."""
    is_gone = key == "gone"
    if key not in SEES[who] or (is_gone and not route.is_deleted):
        return 404
    if key not in route.may[who]:
        return 403
    return 302 if route.is_deleted and not is_gone else 200


assert set(SEES) == set(WHO)
assert set().union(*SEES.values()) == ALL
