"""What the people of the demo company wrote down: contacts, follow-ups, promises, tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from zhibi.web.crm.actions.search_terms import pinyin_of
from zhibi.web.crm.models import Account, Contact, FollowUp, Promise, SourceCustomer, Task
from zhibi.web.team.models import User

if TYPE_CHECKING:
    from zhibi.worlds import organisation

AT_NINE = time(9)
BATCH = 500


def accounts_by_number() -> dict[str, Account]:
    """Customer number of the exports → account."""
    tied = SourceCustomer.objects.select_related("account")
    return {one.customer_id: one.account for one in tied}


def add_contacts(
    contacts: Iterable[organisation.Contact], accounts: Mapping[str, Account]
) -> dict[str, Contact]:
    made = {
        one.contact_id: Contact(
            account=accounts[one.customer_id],
            name=one.name,
            initials=pinyin_of(one.name)[1],
            title=one.title,
            layer=one.layer,
            function=one.function,
            phone=one.phone,
        )
        for one in contacts
        if one.customer_id in accounts
    }
    Contact.objects.bulk_create(made.values(), batch_size=BATCH)
    return made


def add_follow_ups(
    follow_ups: Iterable[organisation.FollowUp],
    accounts: Mapping[str, Account],
    contacts: Mapping[str, Contact],
    people: Mapping[str, User],
) -> None:
    """Follow-ups and their promises, and when each account was last contacted."""
    kept: list[FollowUp] = []
    promises: list[Promise] = []
    last: dict[int, Any] = {}
    for one in follow_ups:
        account = accounts.get(one.customer_id)
        if account is None:
            continue
        by = people[one.username]
        record = FollowUp(
            account=account,
            contact=contacts.get(one.contact_id or ""),
            kind=one.kind,
            at=one.at,
            by=by,
            text=one.text,
            created_by=by,
        )
        kept.append(record)
        if record.kind != FollowUp.Kind.NOTE:
            last[account.pk] = max(last.get(account.pk, one.at.date()), one.at.date())
        if one.promise:
            promises.append(_promise(one.promise, record))
    FollowUp.objects.bulk_create(kept, batch_size=BATCH)
    Promise.objects.bulk_create(promises, batch_size=BATCH)
    touched = list(Account.objects.filter(pk__in=last))
    for account in touched:
        account.last_contact_on = last[account.pk]
    Account.objects.bulk_update(touched, ["last_contact_on"], batch_size=BATCH)


def add_tasks(
    tasks: Iterable[organisation.Task], accounts: Mapping[str, Account], people: Mapping[str, User]
) -> None:
    Task.objects.bulk_create(
        (
            Task(
                account=accounts.get(one.customer_id or ""),
                title=one.title,
                assignee=people[one.username],
                created_by=people[one.username],
                due_on=one.due_on,
                done_at=_at_nine(one.done_on) if one.done_on else None,
            )
            for one in tasks
        ),
        batch_size=BATCH,
    )


def _promise(one: organisation.Promise, follow_up: FollowUp) -> Promise:
    return Promise(
        account=follow_up.account,
        follow_up=follow_up,
        is_ours=one.by == "ours",
        text=one.text,
        due_on=one.due_on,
        kept_on=one.kept_on,
        created_by=follow_up.by,
    )


def _at_nine(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, AT_NINE))
