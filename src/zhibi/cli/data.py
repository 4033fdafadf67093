"""The commands that bring data in: init, import, imports, undo, check.

What an import would do is shown before it is done. On a terminal the command asks; without one
nothing is committed unless --yes was given, and the exit code says so.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zhibi.cli import language
from zhibi.errors import ZhibiError
from zhibi.tables.schema import SCHEMAS
from zhibi.tables.settings import LANGUAGES

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from zhibi.importing import Answers
    from zhibi.tables.ingest.importing import ImportPlan
    from zhibi.tables.workspace import Workspace

NOT_COMMITTED = 3  # nobody was there to ask
DECLINED = 1
ORDERS_OF_A_DATE = ("dmy", "mdy", "ymd")
FILE = click.Path(path_type=Path, readable=False)  # the import says why one cannot be read


def _kept(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """Options that may stand before or after the name of the command."""
    if value is not None:
        context.find_root().obj[parameter.name] = value


def everywhere(command: Callable[..., Any]) -> Callable[..., Any]:
    """--workspace and --lang, also behind the name of a command."""
    for flag, kind, text in (
        ("--lang", click.Choice(LANGUAGES), "Language of what is printed."),
        ("--workspace", None, "The workspace; else ZHIBI_HOME, else here."),
    ):
        command = click.option(
            flag, type=kind, help=text, callback=_kept, expose_value=False, is_eager=True
        )(command)
    return command


def open_workspace() -> Workspace:
    """The workspace meant; from here on its language is spoken, unless another was asked for."""
    from zhibi.tables.workspace import Workspace

    asked = click.get_current_context().find_root().obj
    workspace = Workspace.open(Path(asked["workspace"]) if asked["workspace"] else None)
    asked["lang"] = asked["lang"] or os.environ.get("ZHIBI_LANG") or workspace.settings.language
    return workspace


def say(template: str, *, err: bool = False, **fields: object) -> None:
    """One sentence on the terminal, in the language asked for."""
    from zhibi.render.plain import sentence

    click.echo(sentence(template, fields, language()), err=err)


@click.command()
@click.argument("folder", type=FILE, required=False)
@click.option("--currency", help="Currency of the workspace, as CNY; else that of the first file.")
@click.option("--name", default="", help="Name of the company, for the reports.")
@click.option("--today", type=click.DateTime(("%Y-%m-%d",)), help="For a demo: its day for ever.")
@everywhere
def init(folder: Path | None, currency: str | None, name: str, today: datetime | None) -> None:
    """Make a folder a workspace: the one place where a company's data is kept."""
    from zhibi.tables.settings import FILE_NAME, Settings
    from zhibi.tables.workspace import HOME_VARIABLE, Workspace

    asked = click.get_current_context().find_root().obj["workspace"]
    chosen = folder or Path(asked or os.environ.get(HOME_VARIABLE) or ".")
    code = currency_code(currency) if currency else ""
    still = today.date().isoformat() if today else ""
    settings = Settings(name=name, currency=code, language=language(), today=still)
    Workspace.create(chosen, settings)
    say(
        "{folder} is a workspace now; its settings are in {file}. Next: zhibi import FILE…",
        folder=chosen.resolve(),
        file=FILE_NAME,
    )


def currency_code(text: str) -> str:
    """An ISO code as the workspace keeps it."""
    if not (len(text) == 3 and text.isascii() and text.isalpha()):
        raise ZhibiError(
            "{currency} is no currency code; give one as CNY, USD or EUR.", currency=text
        )
    return text.upper()


@click.command("import")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option(
    "--kind", type=click.Choice(tuple(SCHEMAS)), help="What the rows are; else it is found."
)
@click.option("--map", "columns", multiple=True, metavar="COLUMN=FIELD", help="Name a column.")
@click.option("--preset", help="Read the files as this system writes them.")
@click.option("--encoding", help="Encoding of a text file; else it is found.")
@click.option("--delimiter", help="Delimiter of a text file; else it is found.")
@click.option("--sheet", help="Sheet of a workbook; else it is found.")
@click.option("--date-order", type=click.Choice(ORDERS_OF_A_DATE), help="Of dates as 03-05-2024.")
@click.option("--tax-rate", help="Tax rate of amounts with tax, as 13%.")
@click.option("--sold", help="What was sold, of a column with budgets too.")
@click.option("--rates", type=FILE, help="Exchange rates: a CSV file with date,currency,rate.")
@click.option("--source", default="", help="System the files come from, where there are several.")
@click.option("--total", "totals", multiple=True, metavar="MONTH=AMOUNT", help="To reconcile with.")
@click.option("--yes", is_flag=True, help="Commit without asking.")
@click.option("--brief", is_flag=True, help="Show the account of the rows only.")
@everywhere
def import_files(
    files: tuple[Path, ...], totals: tuple[str, ...], *, yes: bool, brief: bool, **given: Any
) -> None:
    """Bring files in: shows what they hold and what would change, and asks before it commits."""
    from zhibi.cli import preview
    from zhibi.importing import options_of, refuse_connected
    from zhibi.tables.ingest.importing import prepare

    workspace = open_workspace()
    refuse_connected(workspace)
    typed = _totals(totals)
    options = options_of(workspace, _answers(given))
    with (
        preview.progress(2 * len(files) + 2) as told,
        prepare(files, workspace, options, told) as plan,
    ):
        told.stop()
        preview.show(plan.report, language(), is_brief=brief)
        if typed:
            preview.show_reconciliation(plan.reconcile(typed), language())
        _finish(plan, yes=yes)


def _answers(given: dict[str, Any]) -> Answers:
    from zhibi.importing import Answers, tax_rate_of

    return Answers(
        kind=given["kind"],
        columns=dict(pair(text, "--map", "HEADER=order_date") for text in given["columns"]),
        preset=given["preset"],
        encoding=given["encoding"],
        delimiter=given["delimiter"],
        sheet=given["sheet"],
        date_order=given["date_order"],
        tax_rate=tax_rate_of(given["tax_rate"]),
        sold=given["sold"],
        rates=given["rates"],
        source_system=given["source"],
    )


def _finish(plan: ImportPlan, *, yes: bool) -> None:
    """Commit when there is something to commit and somebody said so."""
    from zhibi.cli import preview
    from zhibi.importing import reason_in
    from zhibi.locale import translate

    if plan.report.is_nothing_new:
        held = sum(table.change.rows_unchanged for table in plan.report.tables)
        say(
            "The workspace holds all of this already; nothing was changed."
            if held
            else "Every row is rejected or left out; nothing was changed."
        )
        return
    if not yes:
        if not sys.stdin.isatty():
            say("Nothing was committed, as there is nobody to ask; give --yes to commit.", err=True)
            click.get_current_context().exit(NOT_COMMITTED)
        if not click.confirm(translate("Commit this?", language()), default=False):
            say("Nothing was committed.")
            click.get_current_context().exit(DECLINED)
    with preview.progress(1) as told:
        told("Committing", "")
        commit, rejected = plan.commit(reason_in(language()))
    say("Committed as {id}; `zhibi undo {id}` takes it back.", id=commit.import_id)
    for path in rejected:
        say("The rejected rows are in {file}, to be corrected there and imported again.", file=path)


def pair(text: str, option: str, example: str) -> tuple[str, str]:
    """Both sides of the last "=" of an option."""
    left, separator, right = text.rpartition("=")
    if not separator or not left.strip():
        raise ZhibiError(
            '{option} {text} has no "="; write it as {example}.',
            option=option,
            text=text,
            example=example,
        )
    return left.strip(), right.strip()


def _totals(texts: tuple[str, ...]) -> dict[str, Decimal]:
    """Month → the total typed for it."""
    import re
    from decimal import Decimal, InvalidOperation

    typed = {}
    for text in texts:
        month, amount = pair(text, "--total", "2024-05=1234567.89")
        try:
            typed[month] = Decimal(amount.replace(",", ""))
        except InvalidOperation:
            month = ""
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) or not typed[month].is_finite():
            raise ZhibiError(
                "--total {text} is no month and amount; write it as 2024-05=1234567.89.", text=text
            )
    return typed


@click.command()
@everywhere
def imports() -> None:
    """List what was imported, merged and undone."""
    from zhibi import importing
    from zhibi.cli import preview

    preview.show_imports(importing.history(open_workspace()), language())


@click.command()
@click.argument("import_id", metavar="IMPORT")
@everywhere
def undo(import_id: str) -> None:
    """Take an import (or a merge) back: the workspace is as it was before."""
    from zhibi import importing

    importing.undo(open_workspace(), import_id)
    say("{id} was undone.", id=import_id)


@click.command()
@click.option("--total", "totals", multiple=True, metavar="MONTH=AMOUNT", help="To reconcile with.")
@everywhere
def check(totals: tuple[str, ...]) -> None:
    """Say what the workspace holds, what is missing in it, and which customers may be one."""
    from zhibi.cli import preview
    from zhibi.importing import refuse_connected
    from zhibi.tables.ingest.reconcile import of_workspace
    from zhibi.tables.quality import describe

    typed = _totals(totals)
    workspace = open_workspace()
    refuse_connected(workspace)
    with workspace.scratch() as staging:
        preview.show_quality(describe(workspace, staging), language())
        if typed:
            preview.show_reconciliation(of_workspace(workspace, typed, staging), language())


def now() -> str:
    """The moment, in UTC, as the lake keeps it."""
    from datetime import UTC, datetime

    return datetime.now(UTC).replace(microsecond=0).isoformat()


COMMANDS = (init, import_files, imports, undo, check)
