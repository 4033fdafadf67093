"""Two accounts that are one company: what is at the one moves to the other, and back again.

Computed grades and what people judged stay with the account they were said of. In the lake the
customers of both become one legal entity, which the worker does (`link_customers`): whatever an
import brings later counts with the account that was kept.
"""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone

from zhibi.errors import ZhibiError
from zhibi.web.crm.actions.book_owed import rebooked
from zhibi.web.crm.actions.search_terms import index_accounts
from zhibi.web.crm.group import is_below
from zhibi.web.crm.models import Account, Merge
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.team.actions.edit import note
from zhibi.web.team.models import User
from zhibi.web.warehouse import is_connected

MOVED: Final = (
    "contacts", "follow_ups", "promises", "tasks", "attachments", "receivables", "receipts",
    "sources", "findings", "parts",
)  # fmt: skip
FILLED: Final = (
    "industry", "region", "size", "kind", "route", "source", "website", "location", "since",
    "employees", "annual_revenue", "credit_limit", "life_stage",
)  # fmt: skip


def merge(kept: Account, gone: Account, *, by: User) -> Merge:
    """Move what is at `gone` to `kept`; what `kept` does not know it takes over."""
    if is_connected() and kept.sources.exists() and gone.sources.exists():
        raise ZhibiError(
            "Both are customers of the warehouse, which nothing is written to; give them the same "
            "credit code there, and they are one here once it is read again."
        )
    with rebooked([kept.pk, gone.pk]):
        rows = Account.objects.select_for_update().in_bulk([kept.pk, gone.pk])
        kept, gone = rows[kept.pk], rows[gone.pk]
        if kept == gone or kept.deleted_at or gone.deleted_at:
            raise ZhibiError("Choose two accounts that are both in use.")
        stood_below = is_below(kept, gone)
        moved: dict[str, Any] = {name: _move(name, gone, kept) for name in MOVED}
        moved["tags"] = _take_tags(kept, gone)
        moved["values"] = _take_values(kept, gone, stood_below=stood_below)
        done = Merge.objects.create(kept=kept, gone=gone, moved=moved, by=by)
        note(kept, "merged", by=by, of_account=kept.uid, after=gone.name)
        note(gone, "merged", by=by, of_account=gone.uid, after=kept.name)
        index_accounts([kept])
    _link_in_the_lake(done, by)
    return done


def unmerge(done: Merge, *, by: User) -> None:
    """Move everything back that is still where the merge put it. What was added to the kept
    account since stays there, and so does what somebody has changed since."""
    with rebooked([done.kept_id, done.gone_id]):
        rows = Account.objects.select_for_update().in_bulk([done.kept_id, done.gone_id])
        kept, gone = rows[done.kept_id], rows[done.gone_id]
        if done.undone_at is not None or gone.merged_into_id != kept.pk:
            raise ZhibiError("These two accounts are two already.")
        for name in MOVED:
            _move(name, kept, gone, only=done.moved.get(name, []))
        kept.tags.remove(*done.moved["tags"])
        _give_values_back(kept, gone, done.moved["values"])
        done.undone_at, done.undone_by = timezone.now(), by
        done.save(update_fields=["undone_at", "undone_by"])
        note(kept, "unmerged", by=by, of_account=kept.uid, after=gone.name)
        note(gone, "unmerged", by=by, of_account=gone.uid, after=kept.name)
        index_accounts([kept])
    _link_in_the_lake(done, by)


def _move(name: str, at: Account, to: Account, *, only: list[int] | None = None) -> list[int]:
    """Point the rows at the other account, and give their ids."""
    relation = getattr(at, name)
    rows = relation.all() if only is None else relation.filter(pk__in=only)
    if name == "parts":
        rows = rows.exclude(pk=to.pk)
    ids = sorted(rows.values_list("pk", flat=True))
    relation.model._default_manager.filter(pk__in=ids).update(**{relation.field.name: to})
    return ids


def _take_tags(kept: Account, gone: Account) -> list[int]:
    new = set(gone.tags.values_list("pk", flat=True)) - set(kept.tags.values_list("pk", flat=True))
    kept.tags.add(*new)
    return sorted(new)


def _take_values(kept: Account, gone: Account, *, stood_below: bool) -> dict[str, list[str | None]]:
    """Fill in what is not known; by column, what it was and what it became, as text. Where `kept`
    stood anywhere below `gone` it takes its place: what was between them stands below it now."""
    taken: dict[str, list[str | None]] = {}
    for name in (*FILLED, "credit_code"):
        old, new = getattr(kept, name), getattr(gone, name)
        if old in (None, "") and new not in (None, ""):
            _set(kept, name, new, taken)
    formers = [one for one in (kept.former_names, gone.name, gone.former_names) if one]
    _set(kept, "former_names", ";".join(dict.fromkeys(";".join(formers).split(";"))), taken)
    if stood_below:
        _set(kept, "parent_id", gone.parent_id, taken)
    gone.deleted_at, gone.merged_into = timezone.now(), kept
    if "credit_code" in taken:
        gone.credit_code = None
    gone.version += 1
    kept.version += 1
    gone.save()
    kept.save()
    return taken


def _set(account: Account, name: str, value: Any, taken: dict[str, list[str | None]]) -> None:
    taken[name] = [_text(getattr(account, name)), _text(value)]
    setattr(account, name, value)


def _give_values_back(kept: Account, gone: Account, taken: dict[str, list[str | None]]) -> None:
    for name, (before, after) in taken.items():
        if _text(getattr(kept, name)) == after:  # else somebody has changed it since
            field = Account._meta.get_field(name)
            setattr(kept, name, None if before is None else field.to_python(before))
    if "credit_code" in taken:
        code = taken["credit_code"][1]
        others = Account.objects.filter(credit_code=code).exclude(pk=kept.pk)
        gone.credit_code = None if others.exists() else code
    gone.deleted_at, gone.deleted_by, gone.merged_into = None, None, None
    gone.version += 1
    kept.version += 1
    kept.save()
    gone.save()


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _link_in_the_lake(done: Merge, by: User) -> None:
    """Only where both have customers there: else no fact belongs to the other."""
    if done.moved["sources"] and (done.undone_at or done.kept.sources.count() > 0):
        ask("link_customers", by=by, merge=str(done.uid))
