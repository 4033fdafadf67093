"""Naming somebody beside the owner who sees an account, and ending that."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from zhibi.web.crm.models import Account, Collaborator
from zhibi.web.team.actions.edit import note
from zhibi.web.team.models import User


def name_collaborator(
    account: Account, user: User, *, may_edit: bool, ends_on: date | None, by: User
) -> None:
    """Who is named again gets the new right and end."""
    with transaction.atomic():
        named = {
            "may_edit": may_edit, "ends_on": ends_on, "named_by": by, "named_at": timezone.now()
        }  # fmt: skip
        Collaborator.objects.update_or_create(account=account, user=user, defaults=named)
        what = "editor" if may_edit else "reader"
        after = user.name + (f" – {ends_on.isoformat()}" if ends_on else "")
        note(account, what, by=by, of_account=account.uid, after=after)


def end_collaboration(account: Account, user: User, *, by: User) -> None:
    """They see the account no more; said twice, nothing happens."""
    with transaction.atomic():
        ended, _ = Collaborator.objects.filter(account=account, user=user).delete()
        if ended:
            note(account, "reader", by=by, of_account=account.uid, before=user.name)
