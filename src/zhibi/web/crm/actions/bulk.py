"""One change to many accounts: each as if it had been made on its own page, with its own line in
the audit. Accounts the person only reads are counted and left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from zhibi.errors import ZhibiError
from zhibi.web.crm.access import (
    accounts_of,
    accounts_to_decide_on,
    accounts_to_edit,
    owners_for,
)
from zhibi.web.crm.actions.assign import assign
from zhibi.web.crm.actions.change_account import set_tags
from zhibi.web.crm.actions.judge import refuse_grade, set_grade
from zhibi.web.crm.models import Account
from zhibi.web.given import uid_in
from zhibi.web.team.models import User

MOST: Final = 10_000
AT_ONCE: Final = 200
LONGEST_TAG: Final = 40


def unseen(done: float) -> None:
    """Nobody waits for how far it is."""


@dataclass(frozen=True, slots=True)
class BulkChange:
    """`what` is owner, tag, untag or grade; `value` the uid, the word or the letter."""

    what: str
    value: str
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Changed:
    changed: int
    refused: int  # the person sees them, and may not change them


def change_accounts(
    uids: Sequence[str],
    change: BulkChange,
    *,
    by: User,
    progress: Callable[[float], None] = unseen,
) -> Changed:
    """Make the change wherever `by` may. ZhibiError when it cannot be made at all."""
    apply = _applied(change, by)
    allowed = accounts_to_decide_on(by) if change.what == "owner" else accounts_to_edit(by)
    changed = refused = 0
    for at in range(0, len(uids), AT_ONCE):
        chunk = [UUID(uid) for uid in uids[at : at + AT_ONCE]]
        accounts = list(_of(allowed, chunk))
        for account in accounts:
            apply(account)
        changed += len(accounts)
        refused += _of(accounts_of(by), chunk).count() - len(accounts)
        progress((at + len(chunk)) / len(uids))
    return Changed(changed, refused)


def _of(accounts: QuerySet[Account], uids: Sequence[UUID]) -> QuerySet[Account]:
    return accounts.filter(uid__in=uids).order_by("pk")


def _applied(change: BulkChange, by: User) -> Callable[[Account], None]:
    """The change as it is made to one account."""
    if change.what == "owner":
        owner = owners_for(by).filter(uid=uid_in(change.value)).first()
        if owner is None:
            raise ZhibiError("Choose a new owner among the people you see.")
        return lambda account: assign(account, owner, by=by)
    if change.what in ("tag", "untag"):
        word = change.value.strip()
        if not 0 < len(word) <= LONGEST_TAG or "\0" in word:
            raise ZhibiError("A tag is a word of 1 to {n} letters; write one.", n=LONGEST_TAG)
        return lambda account: _tag(account, word, change.what == "tag", by)
    letter = change.value if change.what == "grade" else ""
    reason = change.reason.strip()
    refuse_grade(letter or "?", reason)  # of many at once none is given back
    return lambda account: set_grade(account, letter, reason=reason, by=by)


def _tag(account: Account, word: str, is_on: bool, by: User) -> None:
    names = set(account.tags.values_list("name", flat=True))
    wanted = names | {word} if is_on else names - {word}
    if wanted != names:
        set_tags(account, sorted(wanted), by=by)
