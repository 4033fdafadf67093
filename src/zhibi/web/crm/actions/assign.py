"""Giving an account to another owner, with what its former owner still had to do there."""

from __future__ import annotations

from zhibi.web.crm.actions.book_owed import rebooked
from zhibi.web.crm.actions.change_account import set_on_account
from zhibi.web.crm.models import Account, Task
from zhibi.web.team.actions.edit import edit
from zhibi.web.team.models import User


def assign(account: Account, owner: User, *, by: User) -> None:
    """The open tasks of the former owner on the account go along."""
    former = account.owner_id
    if former == owner.pk:
        return
    with rebooked([account.pk]):
        set_on_account(account, {"owner": owner}, by=by)
        for task in Task.objects.filter(
            account=account, assignee=former, done_at=None, deleted_at=None
        ):
            edit(task, {"assignee": owner}, by=by, version=task.version, of_account=account.uid)
