"""The jobs of this app."""

from __future__ import annotations

from typing import Any

from zhibi.web.jobs.registry import Running, work


@work("take_figures", is_quick=True)
def take_figures(running: Running) -> dict[str, Any]:
    """The accounts follow the lake, until it has not changed meanwhile; or the warehouse, as it
    was when it was last looked at."""
    from zhibi.web.crm.actions.look_at_warehouse import look_if_new
    from zhibi.web.crm.actions.take_figures import are_taken
    from zhibi.web.crm.actions.take_figures import take_figures as take

    look_if_new(running.progress)
    taken = take(progress=running.progress)
    while not are_taken(taken.as_of, taken.data_version):
        taken = take(progress=running.progress)
    return {
        "accounts": taken.accounts,
        "created": taken.created,
        "as_of": taken.as_of.isoformat(),
        "data_version": taken.data_version,
    }


@work("look_at_warehouse")
def look_at_warehouse(running: Running) -> dict[str, Any]:
    """Somebody wants to see what has changed since the warehouse was last looked at."""
    from zhibi.web.crm.actions.look_at_warehouse import look_now
    from zhibi.web.jobs.actions.ask import ask

    look_now(running.progress)
    ask("take_figures", by=running.by, same_as="take_figures")
    return {}


@work("take_receivables", after="take_figures", is_quick=True)
def take_receivables(running: Running) -> dict[str, Any]:
    """What each account still owes; the rows are replaced as a whole."""
    from zhibi.web.crm.actions.take_figures import lake_tables
    from zhibi.web.crm.actions.take_receivables import take_receivables as take

    tables = lake_tables()
    taken = take(tables)
    tables.facts.close()
    return {"taken": taken}


@work("grade_accounts", after="take_figures")
def grade_accounts(running: Running) -> dict[str, Any]:
    """Every account gets the grade that its group has by the figures of now."""
    from zhibi.web.crm.actions.grade_accounts import grade_accounts as grade

    return {"graded": grade(running.progress)}


@work("change_accounts", is_quick=True)
def change_accounts(running: Running) -> dict[str, Any]:
    """One change to many accounts; done again it changes nothing more."""
    from dataclasses import asdict

    from zhibi.web.crm.actions.bulk import BulkChange, change_accounts

    given = running.params
    change = BulkChange(**given["change"])
    done = change_accounts(given["uids"], change, by=running.by, progress=running.progress)
    return asdict(done)


@work("hand_over", is_quick=True)
def hand_over(running: Running) -> dict[str, Any]:
    """All accounts of one person to others."""
    from uuid import UUID

    from zhibi.web.crm.actions.hand_over import hand_over

    given = running.params
    former = UUID(given["former"])
    done = hand_over(given["given"], former, by=running.by, progress=running.progress)
    return {"changed": done, "refused": len(given["given"]) - done}


@work("export_accounts", is_quick=True)
def export_accounts(running: Running) -> dict[str, Any]:
    """A long list of accounts as a file."""
    from zhibi.web.crm.actions.export import export_asked

    return {"rows": export_asked(running.params, by=running.by)}


@work("find_duplicates", is_quick=True)
def find_duplicates(running: Running) -> dict[str, Any]:
    """Accounts that may be one company."""
    from zhibi.web.crm.actions.find_duplicates import find_duplicates

    return find_duplicates(running.by)


@work("link_customers")
def link_customers(running: Running) -> dict[str, Any]:
    """The lake follows a merge of accounts."""
    from uuid import UUID

    from zhibi.web.crm.actions.link_customers import link_customers
    from zhibi.web.jobs.actions.ask import ask

    linked = link_customers(UUID(running.params["merge"]))
    ask("take_figures", by=running.by, same_as="take_figures")
    return linked
