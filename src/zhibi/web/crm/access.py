"""Which accounts a person sees. Every list, page, picker, count, search, export, analysis and
chart goes through `accounts_of`; what it leaves out does not exist for them (404)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.lookups import In
from django.http import Http404

from zhibi.errors import ZhibiError
from zhibi.web.crm.models import Account, Collaborator, Promise, Task
from zhibi.web.crm.models.account import LIVING
from zhibi.web.crm.unindexed import Unindexed
from zhibi.web.day import today as today  # noqa: PLC0414 - one place to ask from
from zhibi.web.team.models import Role, User
from zhibi.web.team.once import once
from zhibi.web.team.scope import SEES_ALL, people_seen

FEW_OWNERS: Final = 5


class ReadOnlyError(ZhibiError):
    """The person may see this, and may not change it."""


def accounts_of(user: User, *, with_deleted: bool = False) -> QuerySet[Account]:
    """The accounts `user` may see: by their scope, and those they were named collaborator of."""
    seen = Account.objects.filter(in_scope(user))
    return seen if with_deleted else seen.filter(LIVING)


def ordered_accounts_of(user: User) -> QuerySet[Account]:
    """`accounts_of`, for the first few in some order: of many owners an index of that order is
    walked until there are enough, and all accounts of a few are looked at."""
    return Account.objects.filter(LIVING, in_scope(user, is_indexed=has_few_owners(user)))


def at_accounts_of(user: User) -> Q:
    """Of what stands at an account, in an order of its own: `user` sees that account. A database
    that is asked for `account__in` of many owners first lists every account of a company."""
    if has_few_owners(user):
        return Q(account__in=accounts_of(user).values("pk"))
    living = Q(account__deleted_at__isnull=True, account__isnull=False)
    return living & in_scope(user, "account__", is_indexed=False)


def accounts_lent_to(user: User) -> list[int]:
    """The ids of accounts, deleted ones too, that somebody else named `user` collaborator of."""
    return [] if user.role in SEES_ALL else sorted(_rights(user))


def has_few_owners(user: User) -> bool:
    """Whether the accounts `user` sees belong to so few that all may be looked at."""
    people = people_seen(user, today())
    return people is not None and len(people) <= FEW_OWNERS


def account_for(user: User, uid: UUID | str, *, to_edit: bool = False) -> Account:
    """One account, or 404. ReadOnlyError when the person sees it and may not change it."""
    account = accounts_of(user).select_related("owner", "parent").filter(uid=uid).first()
    if account is None:
        raise Http404
    if to_edit:
        refuse_reader(user, account)
    return account


def accounts_to_edit(user: User) -> QuerySet[Account]:
    """The accounts `may_edit` is true of."""
    named = [] if user.role in SEES_ALL else [pk for pk, edits in _rights(user).items() if edits]
    return _reached(user, Q(pk__in=sorted(named)))


def accounts_to_decide_on(user: User) -> QuerySet[Account]:
    """The accounts `user` is in charge of and may hand to somebody else: salespeople may not."""
    if user.role == Role.SALESPERSON:
        return Account.objects.none()
    return _reached(user, Q(pk__in=[]))


def _reached(user: User, named: Q) -> QuerySet[Account]:
    if user.role == Role.ANALYST:
        return Account.objects.none()
    people = people_seen(user, today())
    own = Q() if people is None else Q(owner_id__in=sorted(people)) | named
    return Account.objects.filter(LIVING, own)


@dataclass(frozen=True, slots=True)
class Sight:
    """An account as one person sees it. The account's team (owner, those above them, collaborators
    with that right) edits it; who is in charge of it, the team but for collaborators, also says
    who else sees it."""

    account: Account
    may_edit: bool
    in_charge: bool


def sight_of(user: User, uid: UUID | str, *, with_deleted: bool = False) -> Sight:
    """One account and what `user` may do with it, or 404."""
    seen = accounts_of(user, with_deleted=with_deleted).select_related("owner", "parent")
    account = seen.filter(uid=uid).first()
    if account is None:
        raise Http404
    return seen_by(user, account)


def seen_by(user: User, account: Account) -> Sight:
    """What `user` may do with an account they see. Analysts read."""
    if user.role == Role.ANALYST:
        return Sight(account, may_edit=False, in_charge=False)
    people = people_seen(user, today())
    in_charge = people is None or account.owner_id in people
    return Sight(account, in_charge or _rights(user).get(account.pk, False), in_charge)


def account_in_charge(user: User, uid: UUID | str, *, with_deleted: bool = False) -> Account:
    """One account, or 404. ReadOnlyError for who is not in charge of it."""
    sight = sight_of(user, uid, with_deleted=with_deleted)
    if not sight.in_charge:
        raise ReadOnlyError(
            "Only the owner of {account} and those above them decide this; ask them.",
            account=sight.account.name,
        )
    return sight.account


def refuse_own(user: User, account: Account) -> None:
    """ReadOnlyError for the owner where those above them decide: a manager's own accounts, too,
    are theirs to hand over, a salesperson's are not."""
    if user.role == Role.SALESPERSON:
        raise ReadOnlyError(
            "Those above the owner of {account} decide this; ask your manager.",
            account=account.name,
        )


def refuse_reader(user: User, account: Account) -> None:
    """ReadOnlyError unless `user` may change `account`."""
    if not may_edit(user, account):
        raise ReadOnlyError(
            "You may see {account}, but not change it; ask its owner to name you collaborator "
            "with the right to edit.",
            account=account.name,
        )


def may_edit(user: User, account: Account) -> bool:
    """Whether `user` may change an account they see."""
    return seen_by(user, account).may_edit


def tasks_of(user: User) -> QuerySet[Task]:
    """The tasks `user` may see: those on accounts they see, and those without account that they
    gave or were given."""
    own = Q(account=None) & (Q(assignee=user) | Q(created_by=user))
    return Task.objects.filter(at_accounts_of(user) | own, deleted_at=None)


def task_for(user: User, uid: UUID, *, to_edit: bool = False) -> Task:
    """One task, or 404. Who was given it, gave it, or may edit its account may change it."""
    task = tasks_of(user).select_related("account", "assignee").filter(uid=uid).first()
    if task is None:
        raise Http404
    is_own = user.pk in (task.assignee_id, task.created_by_id)
    if to_edit and not is_own and task.account:
        refuse_reader(user, task.account)
    return task


def promise_for(user: User, uid: UUID) -> Promise:
    """One promise that `user` may change, or 404; ReadOnlyError for readers of its account."""
    promise = Promise.objects.select_related("account").filter(uid=uid, deleted_at=None).first()
    if promise is None:
        raise Http404
    account_for(user, promise.account.uid, to_edit=True)
    return promise


def people_for(user: User, account: Account | None = None) -> QuerySet[User]:
    """Whom `user` may give work to: themselves and those whose accounts they see; on an account
    only those who see it too by owning it, leading its owner, or collaborating."""
    people = people_seen(user, today())
    known = User.objects.filter(is_active=True).order_by("name", "pk")
    if people is not None:
        near = {user.pk, *people}
        if account is not None:
            near |= {account.owner_id or user.pk}
            near |= set(account.collaborators.values_list("user_id", flat=True))
        known = known.filter(pk__in=near)
    return known


def owners_for(user: User) -> QuerySet[User]:
    """Whom `user` may make owner of an account; analysts, who change none, own none."""
    return people_for(user).exclude(role=Role.ANALYST)


def scope_key(user: User) -> str:
    """What the person sees, in short: two people with equal keys see the same accounts."""
    people = people_seen(user, today())
    if people is None:
        return "all"
    named = sorted(_rights(user))
    owners = ",".join(map(str, sorted(people)))
    return f"o{owners};c{','.join(map(str, named))}" if named else f"o{owners}"


def in_scope(user: User, path: str = "", *, is_indexed: bool = True) -> Q:
    """The accounts at the end of a path, deleted ones too, that `user` may see. `is_indexed`:
    the database may go by their owners."""
    people = people_seen(user, today())
    if people is None:
        return Q()
    named = sorted(_rights(user))
    if is_indexed:
        owned = Q(**{f"{path}owner_id__in": sorted(people)})
        return owned | Q(**{f"{path}pk__in": named}) if named else owned
    owner, account = Unindexed(F(f"{path}owner")), Unindexed(F(f"{path}pk"))
    owned = Q(In(owner, sorted(people)))
    return owned | Q(In(account, named)) if named else owned


def _rights(user: User) -> dict[int, bool]:
    """The accounts somebody else named `user` collaborator of, and whether to edit; few, so they
    are read at once."""
    return once(("rights", user.pk), lambda: _running(user))


def _running(user: User) -> dict[int, bool]:
    running = Collaborator.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=today()), user=user
    )
    return dict(running.values_list("account_id", "may_edit"))
