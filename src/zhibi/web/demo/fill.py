"""Filling an empty workspace whose lake holds the exports of a demo company."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from zhibi.web.crm.actions.take_figures import take_figures
from zhibi.web.demo import people, records
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.jobs.actions.do import do
from zhibi.web.jobs.models import Job

if TYPE_CHECKING:
    from zhibi.worlds.world import World

WARNED_BEFORE = (182, 91)  # days


def fill_with_world(world: World) -> None:
    """The sales department of a simulated company, and all it wrote down."""
    people.refuse_real()
    staff = people.add_organisation(world.teams, world.users, world.memberships)
    take_figures()
    accounts = records.accounts_by_number()
    contacts = records.add_contacts(world.contacts, accounts)
    records.add_follow_ups(world.follow_ups, accounts, contacts, staff)
    records.add_tasks(world.tasks, accounts, staff)


def fill_with_sellers() -> None:
    """The people whom the orders of the lake name, each with the accounts they sold to last."""
    people.refuse_real()
    people.add_sellers(_sellers())
    take_figures()


def do_all_jobs() -> None:
    """Grades, warnings and findings, so that the first page is full when it is first opened, and
    before them those of two past days, so that there is something to tell of what became of them.
    """
    for days in WARNED_BEFORE:
        ask("take_findings", by=None, days_ago=days)
    ask("take_figures", by=None, same_as="take_figures")
    while job := Job.objects.filter(state=Job.State.QUEUED).order_by("pk").first():
        do(job)


def _sellers() -> list[str]:
    from zhibi import run
    from zhibi.measures.rows import fetch

    tables = run.open_tables(run.open_workspace(settings.WORKSPACE))
    named = tables.order_lines.select("salesperson").distinct().dropna()
    return sorted(row["salesperson"] for row in fetch(tables.bring(named)))
