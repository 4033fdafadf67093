"""Which customers of the lake are which account, which accounts have none left, and groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from zhibi.web.crm.actions.book_owed import rebooked
from zhibi.web.crm.actions.take_accounts import Key
from zhibi.web.crm.models import Account, SourceCustomer
from zhibi.web.team.models import Change

CHUNK: Final = 500
FIGURES_GONE: Final = dict.fromkeys(
    ("sales", "sales_before", "orders", "first_order_on", "last_order_on", "next_order_on",
     "usual_gap", "open_balance", "overdue", "monthly", "figures_as_of", "warning_text")
)  # fmt: skip
TYPED: Final = (
    "contacts", "follow_ups", "promises", "tasks", "attachments", "collaborators", "tags",
    "judgements",
)  # fmt: skip


def tie_customers(entities: Iterable[tuple[Key, Key]], own: Mapping[Key, int]) -> set[int]:
    """Each customer to the account of its legal entity, given with the entity's first customer.

    Gives the accounts that no customer of the lake is tied to any more.
    """
    known = SourceCustomer.objects.values_list("source_system", "customer_id", "account_id")
    tied = {(source, customer): account for source, customer, account in known.iterator()}
    wanted = {key: own[head] for key, head in entities}
    news = [key for key, account in wanted.items() if tied.get(key) != account]
    for at in range(0, len(news), CHUNK):
        SourceCustomer.objects.bulk_create(
            [
                SourceCustomer(source_system=key[0], customer_id=key[1], account_id=wanted[key])
                for key in news[at : at + CHUNK]
            ],
            update_conflicts=True,
            unique_fields=["source_system", "customer_id"],
            update_fields=["account"],
        )
    return set(tied.values()) - set(wanted.values())


def let_go(accounts: Iterable[int]) -> None:
    """Accounts that the lake no longer knows have no figures. One that an import made and nobody
    has touched goes out of sight, until the lake knows it again."""
    left = sorted(accounts)
    for at in range(0, len(left), CHUNK):
        some = left[at : at + CHUNK]
        with rebooked(some):
            gone = Account.objects.filter(pk__in=some)
            gone.update(**FIGURES_GONE, warning=0)
            untouched = [account.pk for account in _untouched(gone)]
            Account.objects.filter(pk__in=untouched).update(deleted_at=timezone.now())


def _untouched(accounts: QuerySet[Account]) -> list[Account]:
    nothing = accounts.filter(
        created_by=None, deleted_at=None, grade_is_set=False, **dict.fromkeys(TYPED)
    )
    found = list(nothing)
    touched = Change.objects.filter(
        subject_uid__in=[account.uid for account in found], by__isnull=False
    )
    changed = set(touched.values_list("subject_uid", flat=True))
    return [account for account in found if account.uid not in changed]


def take_groups(tops: Mapping[int, int]) -> None:
    """Put accounts under the one at the top of their group, as the lake says; where a person
    decided, and where it would close a circle, all stays."""
    parents = dict(Account.objects.exclude(parent=None).values_list("pk", "parent_id"))
    wanted = {own: top if top != own else None for own, top in tops.items()}
    others = [own for own, top in wanted.items() if parents.get(own) != top]
    decided = _decided(others)
    moved = defaultdict(list)
    for account in others:
        parent = wanted[account]
        if account not in decided and not _closes_circle(account, parent, parents):
            moved[parent].append(account)
            parents[account] = parent
    for parent, accounts in moved.items():
        for at in range(0, len(accounts), CHUNK):
            Account.objects.filter(pk__in=accounts[at : at + CHUNK]).update(parent=parent)


def _closes_circle(account: int, parent: int | None, parents: Mapping[int, int | None]) -> bool:
    while parent is not None and parent != account:
        parent = parents.get(parent)
    return parent is not None


def _decided(accounts: list[int]) -> set[int]:
    """Those whose parent a person has set, then or when they made the account."""
    found: set[int] = set()
    for at in range(0, len(accounts), CHUNK):
        some = Account.objects.filter(pk__in=accounts[at : at + CHUNK])
        made_below = some.exclude(created_by=None).exclude(parent=None)
        found |= set(made_below.values_list("pk", flat=True))
        chosen = dict(some.values_list("uid", "pk"))
        lines = Change.objects.filter(subject_uid__in=chosen, what="parent", by__isnull=False)
        found |= {chosen[uid] for uid in lines.values_list("subject_uid", flat=True)}
    return found
