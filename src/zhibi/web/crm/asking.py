"""Which question an account's page asks this person now: what they skipped stays skipped."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

from zhibi.web.crm.access import Sight
from zhibi.web.crm.models import Account
from zhibi.web.crm.questions import Question, next_question, question_named

SKIPPED: Final = "skipped"
REMEMBERED: Final = 200  # in a session; older ones are asked again


def open_question(request: HttpRequest, sight: Sight) -> Question | None:
    account = sight.account
    skipped = set(request.session.get(SKIPPED, {}).get(str(account.uid), ()))
    return next_question(account, _contacts(account), _judged(account), skipped=skipped)


def asked(account: Account, key: str) -> Question | None:
    """The question of that key, if it is still open."""
    return question_named(key, account, _contacts(account), _judged(account))


def skip(request: HttpRequest, account: Account, key: str) -> None:
    kept = request.session.get(SKIPPED, {})
    keys = [*kept.pop(str(account.uid), []), key[:80]]
    kept[str(account.uid)] = list(dict.fromkeys(keys))[-REMEMBERED:]
    request.session[SKIPPED] = dict(list(kept.items())[-REMEMBERED:])


def _contacts(account: Account) -> list:
    return list(account.contacts.filter(deleted_at=None, erased_at=None).order_by("pk")[:200])


def _judged(account: Account) -> frozenset[str]:
    if account.first_order_on is not None:
        return frozenset()  # nothing that is asked depends on it
    return frozenset(account.judgements.exclude(value="").values_list("criterion", flat=True))
