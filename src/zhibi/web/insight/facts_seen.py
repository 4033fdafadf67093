"""The facts that answer somebody's question: what was typed laid over what was imported, then cut
to the customers the person sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings

from zhibi import run
from zhibi.web.crm.facts import records, records_version
from zhibi.web.insight.asked import Asked
from zhibi.web.insight.known import known
from zhibi.web.insight.scope import ALL, customers_seen
from zhibi.web.team.models import User

if TYPE_CHECKING:
    from zhibi.tables.tables import Tables


@contextmanager
def facts_for(wanted: Asked, user: User) -> Iterator[Tables]:
    """The tables that `user` may see, on the day asked for; closed at the end."""
    tables = company_facts(wanted)
    try:
        if wanted.scope != ALL:
            tables = tables.of_accounts(wanted.scope, customers_seen(user))
        yield tables
    finally:
        tables.facts.close()


def company_facts(wanted: Asked) -> Tables:
    """The whole company's, with what was typed over them."""
    workspace = run.open_workspace(settings.WORKSPACE)
    tables = run.open_tables(workspace, as_of=wanted.as_of)
    return tables.with_records(records(), version=wanted.records_version)


def has_moved(wanted: Asked) -> bool:
    """Whether somebody imported or typed anything since the question was asked."""
    return (known().version, records_version()) != (wanted.data_version, wanted.records_version)
