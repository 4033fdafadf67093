"""Use cases that the command line and the web share: open → analyze → report → write.

The clock is read here and nowhere below.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from zhibi import methods, reports
from zhibi.errors import ZhibiError
from zhibi.reports.document import Report
from zhibi.result import Result, Section, Table
from zhibi.tables import facts
from zhibi.tables.facts import Facts
from zhibi.tables.look import Look
from zhibi.tables.schema import SCHEMAS
from zhibi.tables.tables import Tables
from zhibi.tables.warehouse import Connection, from_warehouse, look_at, mark_of
from zhibi.tables.workspace import Workspace

STALE_AFTER = timedelta(days=7)
REPORT_ENDINGS = {".html": "html", ".xlsx": "xlsx", ".pptx": "pptx"}
TOO_LARGE = (  # so says DuckDB of a number; of a text it says "Could not convert string"
    "out of range for the destination type INT64",
    "Failed to cast decimal value",
    "Overflow in multiplication of DECIMAL",
    "Overflow in addition of DECIMAL",
    "Overflow in HUGEINT",
)
FIRST_YEAR, LAST_YEAR = 1900, 2899  # of the order days that an import reads


def open_workspace(folder: Path | None = None) -> Workspace:
    """The workspace in `folder`, else in ZHIBI_HOME, else here."""
    return Workspace.open(folder)


def open_tables(
    workspace: Workspace, *, as_of: date | None = None, today: date | None = None
) -> Tables:
    """The facts of a workspace at its current data version, seen on `as_of`.

    Without one: today if the last order is at most seven days old, else the last order day; where
    there are no orders, the last day of what else there is.
    """
    if as_of and not FIRST_YEAR <= as_of.year <= LAST_YEAR:
        raise ZhibiError(
            "--as-of {day} is out of reach; choose a day of the years {first} to {last}.",
            day=as_of,
            first=str(FIRST_YEAR),
            last=str(LAST_YEAR),
        )
    known, now = facts_of(workspace), today or _today(workspace)
    if _last_day(known, now) is None:
        raise ZhibiError(
            "The workspace {folder} has no orders yet; bring some in with `zhibi import FILE`.",
            folder=workspace.folder.resolve(),
        )
    return Tables(
        facts=known,
        settings=workspace.settings,
        day=as_of or default_as_of(known, now),
        basis=_basis(workspace, known),
        folder=workspace.folder,
    )


def default_day(workspace: Workspace, *, today: date | None = None) -> date | None:
    """The day that analyses look from where none is asked for; None while nothing has a day."""
    known, now = facts_of(workspace), today or _today(workspace)
    try:
        return default_as_of(known, now) if _last_day(known, now) else None
    finally:
        known.close()


def data_version(workspace: Workspace) -> str:
    """What `Identity.data_version` of an analysis would be now: of a lake one small file is read,
    a warehouse is asked."""
    if Connection.load(workspace.folder):
        known = facts_of(workspace)
        known.close()
        return known.data_version
    return str(workspace.lake.manifest().version)


def _today(workspace: Workspace) -> date:
    return datetime.now(ZoneInfo(workspace.settings.timezone)).date()


def facts_of(workspace: Workspace) -> Facts:
    """The facts of a workspace: those of the warehouse it is connected to, else its lake's.

    Where a look at the warehouse is kept, as in a workspace that is served, it is kept for a day.
    """
    connection = Connection.load(workspace.folder)
    if connection:
        look = kept_look(workspace, connection)
        if look and not _is_of_today(look, workspace):
            look = look_again(workspace)
        return from_warehouse(connection, look)
    manifest = workspace.lake.manifest()
    files = {table: workspace.lake.files(table, manifest) for table in (*SCHEMAS, "customer_links")}
    return facts.from_lake(files, data_version=str(manifest.version))


def kept_look(workspace: Workspace, connection: Connection) -> Look | None:
    """What was seen when the warehouse was last looked at; None when nobody keeps that."""
    look = Look.load(workspace.folder)
    return look if look and look.of == mark_of(connection) else None


def look_again(workspace: Workspace) -> Look | None:
    """Look at the warehouse of a workspace, and keep what is seen; None where it has a lake."""
    connection = Connection.load(workspace.folder)
    if connection is None:
        return None
    look = look_at(connection, today=_today(workspace))
    look.save(workspace.folder)
    return look


def _is_of_today(look: Look, workspace: Workspace) -> bool:
    return look.at.astimezone(ZoneInfo(workspace.settings.timezone)).date() == _today(workspace)


def default_as_of(known: Facts, today: date) -> date:
    """Today, or the last order day not after it when the data is more than a week old."""
    last = _last_day(known, today)
    if last and last > today:
        lines = known.order_lines
        past = lines.filter(lines.order_date <= today)
        last = past.agg(day=past.order_date.max()).to_pyarrow().column(0)[0].as_py()
    if last is None:
        raise ZhibiError(
            "All orders lie after today, {today}; name the day to look from with --as-of.",
            today=today,
        )
    return usual_day(last, today)


def _last_day(known: Facts, today: date) -> date | None:
    """Of the orders; where there are none, of what else there is up to today."""
    if known.last_day:
        return known.last_day
    days = []
    for name, one in known.further.items():
        if (dated := SCHEMAS[name].day) in one.filled:
            past = one.table.filter(one.table[dated] <= today)
            days.append(past.agg(day=past[dated].max()).to_pyarrow()["day"][0].as_py())
    return max((day for day in days if day), default=None)


def usual_day(last: date, today: date) -> date:
    """The day that analyses look from: today, unless the last order is long past."""
    return today if today - last <= STALE_AFTER else last


def _basis(workspace: Workspace, known: Facts) -> str:
    """The one basis the data has, or the one that is set: bases are never added."""
    chosen = workspace.settings.basis
    if len(known.bases) <= 1:
        return known.bases[0] if known.bases else "ordered"
    if chosen not in known.bases:
        raise ZhibiError(
            "The data holds lines of several bases ({bases}), which must not be added; "
            'choose one with basis = "…" in zhibi.toml.',
            bases=", ".join(known.bases),
        )
    return chosen


def analyze(tables: Tables, name: str, params: Any = None) -> Result:
    """Run one method on open tables."""
    with _sums_that_fit():
        return methods.load(name).analyze(tables, params)


def compose(tables: Tables, name: str, *, sources: Section | None = None) -> Report:
    """A report as a result, not yet written."""
    with _sums_that_fit():
        return reports.load(name).compose(tables, sources)


@contextmanager
def _sums_that_fit() -> Iterator[None]:
    """Money is added up as whole ten-thousandths; the engine says when one is beyond them."""
    try:
        yield
    except Exception as problem:
        if not any(said in str(problem) for said in TOO_LARGE):
            raise
        raise ZhibiError(
            "The amounts of the orders are too large to be added up exactly; bring them in as "
            "thousands or millions."
        ) from problem


def sources(workspace: Workspace) -> Section:
    """Where the facts of a workspace came from; the last section of a report."""
    from zhibi.reports.sources import sources as section

    return section(workspace.lake.imports())


def first_findings(result: Result, *, language: str, count: int = 3) -> list[str]:
    """The first findings as lines of text, numbered."""
    from zhibi.render.values import Formatter

    formatter = Formatter(language, result.identity.currency)
    return [
        f"{number}. {formatter.sentence(finding.says)}"
        for number, finding in enumerate(result.findings[:count], 1)
    ]


def report(
    tables: Tables, name: str, path: Path, *, language: str, sources: Section | None = None
) -> tuple[Report, tuple[Path, ...]]:
    """Write a report in the format its name ends in; a page has a workbook beside it, with the
    rows behind each finding.

    Gives the report and the files written.
    """
    refuse_unknown_ending(path)
    composed = compose(tables, name, sources=sources)
    style = REPORT_ENDINGS[path.suffix.lower()]
    if style != "html":
        whole = composed.whole() if style == "xlsx" else composed
        write(whole, path, style=style, language=language)
        return composed, (path,)
    write(composed, path, style="html", language=language)
    workbook = path.with_suffix(".xlsx")
    write(composed.behind(), workbook, style="xlsx", language=language)
    return composed, (path, workbook)


def refuse_unknown_ending(path: Path) -> None:
    """Before the work is done rather than after it."""
    if path.suffix.lower() not in REPORT_ENDINGS:
        raise ZhibiError(
            "{file} does not say in which format the report is to be written; let its name end in "
            "one of {known}.",
            file=path.name,
            known=", ".join(REPORT_ENDINGS),
        )


def refuse_missing_folder(output: Path | None) -> None:
    """Before the work is done rather than after it."""
    if output and not output.parent.is_dir():
        raise ZhibiError(
            "{file} cannot be written, as the folder {folder} does not exist; make it, or choose "
            "another place.",
            file=output.name,
            folder=output.parent,
        )


def render(result: Result, *, style: str, language: str) -> str:
    """A result as text for a terminal, a page or a program."""
    if style == "html":
        from zhibi.render.html import render_html

        return render_html(result, language)
    if style == "json":
        from zhibi.render.json import render_json

        return render_json(result, language)
    if style == "csv":
        from zhibi.render.csv import render_csv

        return render_csv(longest_table(result), language, result.identity.currency)
    from zhibi.render.text import render_text

    return render_text(result, language)


def longest_table(result: Result) -> Table:
    """The table of a result with the most rows: what a spreadsheet wants of it."""
    opened = list(result.blocks())
    tables: list[Table] = []
    while opened:
        block = opened.pop(0)
        if isinstance(block, Section):
            opened[:0] = block.blocks
        elif isinstance(block, Table):
            tables.append(block)
    return max(tables, key=lambda table: table.row_count)


def write(result: Result, output: Path | None, *, style: str, language: str) -> None:
    """To a file, whole or not at all; without one to the terminal."""
    if style == "xlsx":
        from zhibi.render.xlsx import write_xlsx

        if output is None:
            raise ZhibiError("A workbook needs a file to go to; name it with -o FILE.xlsx.")
        write_xlsx(result, output, language)
        return
    if style == "pptx":
        from zhibi.render.pptx import write_pptx

        if output is None:
            raise ZhibiError("Slides need a file to go to; name it with -o FILE.pptx.")
        write_pptx(result, output, language)
        return
    text = render(result, style=style, language=language)
    if output is None:
        print(text)  # noqa: T201 - the terminal is where it was asked for
    else:
        write_whole(output, text)


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that a reader, or a crash, never meets half of it."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as problem:
        raise ZhibiError(
            "{file} could not be written ({problem}); close it if it is open, or choose "
            "another place.",
            file=path,
            problem=problem.strerror,
        ) from problem
    finally:
        part.unlink(missing_ok=True)
