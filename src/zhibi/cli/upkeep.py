"""The commands that look after a workspace: merge, unmerge, backup, restore, connect."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhibi.cli.data import FILE, currency_code, everywhere, now, open_workspace, pair, say
from zhibi.errors import ZhibiError

if TYPE_CHECKING:
    from zhibi.tables.workspace import Workspace


@click.command()
@click.argument("keep")
@click.argument("others", nargs=-1, required=True)
@click.option("--source", default="", help="System the customer ids belong to.")
@everywhere
def merge(keep: str, others: tuple[str, ...], source: str) -> None:
    """Make customers one legal entity: OTHERS count with KEEP from now on."""
    workspace = open_workspace()
    keys = _customer_keys(workspace, (keep, *others), source)
    import_id = _link(workspace, [(keys[other], keys[keep]) for other in others])
    say(
        "{others} count with {keep} now; `zhibi undo {id}` takes that back.",
        others=", ".join(others),
        keep=keep,
        id=import_id,
    )


@click.command()
@click.argument("customer")
@click.option("--source", default="", help="System the customer id belongs to.")
@everywhere
def unmerge(customer: str, source: str) -> None:
    """Make a customer stand alone again, whatever merge or credit code it shares."""
    workspace = open_workspace()
    key = _customer_keys(workspace, (customer,), source)[customer]
    import_id = _link(workspace, [(key, key)])
    say(
        "{customer} stands alone now; `zhibi undo {id}` takes that back.",
        customer=customer,
        id=import_id,
    )


def _customer_keys(workspace: Workspace, ids: tuple[str, ...], source: str) -> dict[str, int]:
    from zhibi.tables.quality import customer_keys

    found = customer_keys(workspace, ids, source)
    for customer in ids:
        if customer not in found:
            raise ZhibiError(
                "There is no customer {customer}; `zhibi check` shows the ids of those that may "
                "be merged.",
                customer=customer,
            )
    return found


def _link(workspace: Workspace, pairs: list[tuple[int, int]]) -> str:
    import getpass

    from zhibi.tables.ingest.importing import next_import_id
    from zhibi.tables.lake.link import Link

    at = now()
    import_id = next_import_id(workspace)
    links = [Link(key, entity, by=getpass.getuser(), at=at) for key, entity in pairs]
    workspace.lake.link(links, import_id=import_id, about={"at": at})
    return import_id


@click.command()
@click.argument("file", type=FILE)
@everywhere
def backup(file: Path) -> None:
    """Write the whole workspace into one file."""
    from zhibi.tables.lake.backup import backup as write_backup

    write_backup(open_workspace().folder, file)
    say("The backup is in {file}.", file=file)


@click.command()
@click.argument("file", type=FILE)
@click.argument("folder", type=FILE)
@everywhere
def restore(file: Path, folder: Path) -> None:
    """Make a new folder the workspace that a backup holds."""
    from zhibi.tables.lake.backup import restore as read_backup

    read_backup(file, folder)
    say("{folder} is the workspace of the backup now.", folder=folder.resolve())


@click.command()
@click.argument("url")
@click.option("--table", "tables", multiple=True, required=True, metavar="order_lines=SCHEMA.TABLE")
@click.option(
    "--map", "columns", multiple=True, metavar="COLUMN=FIELD", help="customers.COLUMN for customers"
)
@click.option("--currency", help="Currency of the amounts there, where the workspace has none yet.")
@everywhere
def connect(
    url: str, tables: tuple[str, ...], columns: tuple[str, ...], currency: str | None
) -> None:
    """Read the facts where they are, in a warehouse: nothing is copied or written there."""
    from zhibi.cli.warehouse import connect_workspace

    named = dict(pair(text, "--table", "order_lines=schema.table") for text in tables)
    mapped = dict(pair(text, "--map", "COLUMN=order_date") for text in columns)
    workspace = open_workspace()
    settings = workspace.settings
    if not (currency or settings.currency):
        raise ZhibiError("Say the currency of the amounts there with --currency, as CNY.")
    lines, first, last = connect_workspace(workspace, url, named, mapped)
    if currency:
        replace(settings, currency=currency_code(currency)).save(workspace.folder)
    say(
        "Connected: {lines} order lines, {first} to {last}. Nothing was copied.",
        lines=lines,
        first=first,
        last=last,
    )


COMMANDS = (merge, unmerge, backup, restore, connect)
