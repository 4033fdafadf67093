"""Which accounts a person sees. Every list, page, picker, count, search, export, analysis and
chart goes through `accounts_of`; what it leaves out does not exist for them (404)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from zhibi.errors import ZhibiError
from zhibi.web.crm.models import Account, Collaborator
from zhibi.web.crm.models.account import LIVING
from zhibi.web.team.models import Role, User
from zhibi.web.team.scope import people_seen


class ReadOnlyError(ZhibiError):
    """The person may see this, and may not change it."""


def today() -> date:
    """The day it is where the reader is."""
    return timezone.localdate()


def accounts_of(user: User, *, with_deleted: bool = False) -> QuerySet[Account]:
    """The accounts `user` may see: by their scope, and those they were named collaborator of."""
    seen = Account.objects.filter(_visible(user))
    return seen if with_deleted else seen.filter(LIVING)


def account_for(user: User, uid: UUID | str, *, to_edit: bool = False) -> Account:
    """One account, or 404. ReadOnlyError when the person sees it and may not change it."""
    account = accounts_of(user).select_related("owner", "parent").filter(uid=uid).first()
    if account is None:
        raise Http404
    if to_edit:
        refuse_reader(user, account)
    return account


def refuse_reader(user: User, account: Account) -> None:
    """ReadOnlyError unless `user` may change `account`."""
    if not may_edit(user, account):
        raise ReadOnlyError(
            "You may see {account}, but not change it; ask its owner to name you collaborator "
            "with the right to edit.",
            account=account.name,
        )


def may_edit(user: User, account: Account) -> bool:
    """Analysts read; owners, those above them and collaborators with that right edit."""
    if user.role == Role.ANALYST:
        return False
    people = people_seen(user, today())
    if people is None or account.owner_id in people:
        return True
    return account.pk in _collaborations(user, to_edit=True)


def scope_key(user: User) -> str:
    """What the person sees, in short: two people with equal keys see the same accounts."""
    people = people_seen(user, today())
    if people is None:
        return "all"
    named = sorted(_collaborations(user))
    owners = ",".join(map(str, sorted(people)))
    return f"o{owners};c{','.join(map(str, named))}" if named else f"o{owners}"


def _visible(user: User) -> Q:
    people = people_seen(user, today())
    if people is None:
        return Q()
    named = _collaborations(user)
    owned = Q(owner_id__in=sorted(people))
    return owned | Q(pk__in=sorted(named)) if named else owned


def _collaborations(user: User, *, to_edit: bool = False) -> set[int]:
    """The accounts somebody else named `user` collaborator of; few, so they are read at once."""
    running = Collaborator.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=today()), user=user
    )
    if to_edit:
        running = running.filter(may_edit=True)
    return set(running.values_list("account_id", flat=True))
