"""Making the lake agree with a merge of accounts, or with its undoing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from zhibi.web.crm.models import Merge, SourceCustomer

if TYPE_CHECKING:
    from zhibi.tables.workspace import Workspace


def link_customers(uid: UUID) -> dict[str, int]:
    """The customers that moved count with those of the kept account; after an unmerge they are a
    legal entity of their own again."""
    from zhibi.tables.ingest.importing import next_import_id
    from zhibi.tables.lake.link import Link
    from zhibi.tables.workspace import Workspace

    done = Merge.objects.select_related("kept", "by", "undone_by").get(uid=uid)
    workspace = Workspace.open(settings.WORKSPACE)
    moved = _keys(workspace, list(SourceCustomer.objects.filter(pk__in=done.moved["sources"])))
    stayed = _keys(
        workspace, list(done.kept.sources.exclude(pk__in=done.moved["sources"]).order_by("pk"))
    )
    if not moved or not (stayed or done.undone_at):
        return {"linked": 0}
    entity = moved[0] if done.undone_at else stayed[0]
    at = timezone.now().isoformat(timespec="seconds")
    by = (done.undone_by if done.undone_at else done.by).name
    links = [Link(key, entity, by=by, at=at) for key in moved]
    workspace.lake.link(links, import_id=next_import_id(workspace), about={"at": at})
    return {"linked": len(links)}


def _keys(workspace: Workspace, customers: list[SourceCustomer]) -> list[int]:
    """The keys by which the lake knows the customers, in their order."""
    from zhibi.tables.quality import customer_keys

    found: list[int] = []
    for one in customers:
        keys = customer_keys(workspace, (one.customer_id,), one.source_system)
        found += keys.values()
    return found
