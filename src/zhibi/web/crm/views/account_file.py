"""What is on file of an account: what it is, who looks after it, tags and attachments."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from zhibi.tables.schema import ROUTES, SIZES
from zhibi.web.crm.access import sight_of
from zhibi.web.crm.account_page import account_page
from zhibi.web.crm.listing.choices import tags_of_scope
from zhibi.web.text import say

SHOWN = 100


def account_file(request: HttpRequest, uid: UUID) -> HttpResponse:
    sight = sight_of(request.user, uid)
    account = sight.account
    kept = account.attachments.filter(deleted_at=None).select_related("created_by")
    named = account.collaborators.select_related("user", "named_by")
    return account_page(
        request,
        sight,
        "account-file",
        former_names=[name for name in account.former_names.split(";") if name],
        size=say(account.size) if account.size in SIZES else account.size,
        route=say(account.route) if account.route in ROUTES else account.route,
        has_link=account.website.startswith(("https://", "http://")),
        sources=account.sources.order_by("source_system", "customer_id")[:20],
        tags=account.tags.filter(deleted_at=None).order_by("name"),
        offered_tags=tags_of_scope(request.user) if sight.may_edit else (),
        attachments=kept.order_by("-pk")[:SHOWN],
        collaborators=named.order_by("pk")[:SHOWN],
    )
