"""What the data commands print: the preview of an import, lists, and progress."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from zhibi.locale import translate
from zhibi.render.plain import in_words, plain, sentence
from zhibi.said import Said

if TYPE_CHECKING:
    from rich.progress import Progress

    from zhibi.tables.ingest.import_report import (
        ImportReport,
        Month,
        SheetReport,
        TableReport,
    )
    from zhibi.tables.ingest.reconcile import Reconciled
    from zhibi.tables.ingest.stages import Match, Notice
    from zhibi.tables.lake import Commit
    from zhibi.tables.quality import Quality

WIDTH = 110  # where there is no terminal to ask
MONTHS_SHOWN = 24
SURE = 0.9
DELIMITERS = {"\t": "tabs", ";": "semicolons", "|": "bars", "^": "carets"}


class Printer:
    """Prints in one language. Text from files is never taken for markup."""

    def __init__(self, language: str) -> None:
        self.language = language
        width = None if sys.stdout.isatty() else WIDTH
        self.console = Console(width=width, highlight=False, soft_wrap=False)

    def word(self, text: str) -> str:
        return translate(text, self.language)

    def said(self, said: Said) -> str:
        return in_words(said, self.language)

    def line(self, template: str, *, indent: int = 0, style: str = "", **fields: object) -> None:
        text = sentence(template, fields, self.language)
        self.console.print(" " * indent + escape(text), style=style or None)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table; columns whose cells are all numbers are set to the right."""
        cells = [[plain(cell) for cell in row] for row in rows]
        kinds = [
            all(_is_number(row[place]) for row in cells if row[place] not in ("", "—"))
            for place in range(len(columns))
        ]
        shown = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        for column, is_number in zip(columns, kinds, strict=True):
            shown.add_column(
                escape(self.word(column)), justify="right" if is_number else "left", overflow="fold"
            )
        for row in cells:
            shown.add_row(*(escape(cell) for cell in row))
        self.console.print(shown)


def _is_number(text: str) -> bool:
    return bool(text) and text.replace(",", "").replace(".", "").lstrip("-").isdigit()


@contextmanager
def progress(steps: int) -> Iterator[Told]:
    """A bar on stderr while the work lasts; none where nobody would see it."""
    told = Told(steps)
    try:
        yield told
    finally:
        told.stop()


class Told:
    """Is told each step of an import, and shows it."""

    def __init__(self, steps: int) -> None:
        self._bar: Progress | None = None
        self._language = "en"
        if not sys.stderr.isatty():
            return
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        from zhibi.cli import language

        self._language = language()
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("", total=steps)
        self._bar.start()

    def __call__(self, step: str, what: str) -> None:
        if self._bar:
            text = escape(f"{translate(step, self._language)} {what}")
            self._bar.update(self._task, description=text, advance=1)

    def stop(self) -> None:
        if self._bar:
            self._bar.stop()
            self._bar = None


def show(report: ImportReport, language: str, *, is_brief: bool = False) -> None:
    """The preview of an import; in brief, only the account of its rows."""
    out = Printer(language)
    if not is_brief:
        for sheet in report.sheets:
            _show_sheet(out, sheet)
        for notice in report.notices:
            _show_notice(out, notice)
        out.console.print()
    _show_account(out, report.tables)
    if report.months:
        out.console.print()
        show_months(out, report.months, report.currency)
    out.console.print()


def _show_sheet(out: Printer, sheet: SheetReport) -> None:
    parts = [out.word(sheet.table) if sheet.table else out.word("completes the others")]
    parts += [sentence("{rows:row|rows}", {"rows": sheet.rows}, out.language)]
    parts += [sheet.encoding] if sheet.encoding else []
    if sheet.delimiter not in (None, ","):
        parts.append(out.word(DELIMITERS.get(sheet.delimiter, sheet.delimiter)))
    parts += [sentence("as {preset} writes it", {"preset": sheet.preset}, out.language)] * bool(
        sheet.preset
    )
    out.console.print()
    out.console.print(f"[bold]{escape(sheet.name)}[/]  " + escape(" · ".join(filter(None, parts))))
    for title in sheet.titles:
        out.console.print(f"  [dim]{escape(title)}[/]")
    for note in sheet.notes:
        out.console.print("  " + escape(out.said(note)))
    if sheet.table:
        _show_columns(out, sheet)
        _show_rows_out(out, sheet)
        for notice in sheet.notices:
            _show_notice(out, notice)


def _show_columns(out: Printer, sheet: SheetReport) -> None:
    """Column by column what it was taken for; what was sure is said in fewer words."""
    read: dict[str, list[str]] = {}
    for reading in sheet.readings:
        read.setdefault(reading.target, []).append(out.said(reading.how))
    used = [match for match in sheet.matches if match.target]
    rows = [
        (match.header, out.word(match.target or ""), _trust(out, match),
         "; ".join(read.get(match.target or "", ())))
        for match in used
    ]  # fmt: skip
    named = {match.target for match in used}
    rows += [
        ("—", out.word(target), out.word("computed"), "; ".join(how))
        for target, how in read.items()
        if target not in named
    ]
    columns = ("column", "taken for", "because of", "read as")
    width = 4 if any(row[-1] for row in rows) else 3
    out.table(columns[:width], [row[:width] for row in rows])
    unused = [match.header for match in sheet.matches if not match.target and match.header]
    if unused:
        out.line("Not used: {columns}", columns=", ".join(unused), style="dim")


def _trust(out: Printer, match: Match) -> str:
    """The reason of a match, marked when it is no more than a guess."""
    return f"{out.word(match.reason)}{'' if match.confidence >= SURE else ' ?'}"


def _show_rows_out(out: Printer, sheet: SheetReport) -> None:
    if sheet.set_aside:
        examples = "; ".join(
            sentence(
                "row {row}, {reason}: {text}",
                {"row": str(one.row), "reason": Said(one.reason), "text": one.text},
                out.language,
            )
            for one in sheet.set_aside[:3]
        )
        out.line(
            "Set aside: {count:row|rows} ({examples})",
            count=len(sheet.set_aside),
            examples=examples,
        )
    if not sheet.rejected:
        return
    out.line("Rejected: {count:row|rows}", count=sheet.rejected, style="red")
    from zhibi.importing import reason_in

    reason = reason_in(out.language)
    for reject in sheet.rejects:
        out.line(
            "row {row}, {header}, {value}: {reason}",
            indent=4,
            row=str(reject.row),
            header=reject.header,
            value=reject.value,
            reason=reason(reject.reason),
        )


def _show_notice(out: Printer, notice: Notice) -> None:
    mark = "?" if notice.is_question else "·"
    text = sentence(notice.template, notice.fields, out.language)
    style = "yellow" if notice.is_question else None
    out.console.print(f"{mark} {escape(text)}", style=style)
    for row, example in notice.examples if notice.is_question else ():
        where = sentence("row {row}: ", {"row": str(row)}, out.language) if row else ""
        out.console.print(f"    [dim]{escape(where + example)}[/]")


def _show_account(out: Printer, tables: Sequence[TableReport]) -> None:
    """Where every row goes: the five last columns add up to the first two."""
    has_derived = any(one.derived for one in tables)
    columns = ["table", "rows read", "found in others", "added", "changed", "unchanged", "rejected"]
    columns.append("left out")
    rows = [
        [
            out.word(one.table),
            one.rows_read,
            one.derived,
            one.change.rows_new,
            one.change.rows_changed,
            one.change.rows_unchanged,
            one.rejected,
            one.left_out,
        ]
        for one in tables
    ]
    if not has_derived:
        columns.pop(2)
        rows = [[*row[:2], *row[3:]] for row in rows]
    out.table(columns, rows)


def show_months(out: Printer, months: Sequence[Month], currency: str) -> None:
    """Month by month, or year by year where there are many."""
    if len(months) <= MONTHS_SHOWN:
        rows: list[Any] = [(one.month, one.rows, one.orders, one.amount) for one in months]
        first = "month"
    else:
        years: dict[str, list[Any]] = {}
        for one in months:
            year = years.setdefault(one.month[:4], [one.month[:4], 0, 0, 0])
            year[1:] = [year[1] + one.rows, year[2] + one.orders, year[3] + one.amount]
        rows, first = list(years.values()), "year"
    total = [sum(row[place] for row in rows) for place in (1, 2, 3)]
    word = sentence("net amount in {currency}", {"currency": currency or "—"}, out.language)
    out.table((first, "rows", "orders", word), [*rows, (out.word("all"), *total)])


def show_reconciliation(found: Sequence[Reconciled], language: str) -> None:
    """Per month ours, theirs, the difference to the cent, and what explains it."""
    out = Printer(language)
    rows = [
        (one.month, one.rows, one.orders, one.amount, one.typed, one.difference) for one in found
    ]
    out.table(("month", "rows", "orders", "net amount", "typed", "difference"), rows)
    for one in found:
        if one.difference == 0:
            out.line("{month}: agrees to the cent.", month=one.month, style="green")
        elif not one.causes:
            out.line(
                "{month}: nothing that is known explains the difference of {amount}.",
                month=one.month,
                amount=one.difference,
                style="yellow",
            )
        for cause in one.causes:
            text = sentence(cause.template, cause.fields, language)
            out.line("{month}: {cause}", month=one.month, cause=text)
    out.console.print()


def show_imports(done: Sequence[Commit], language: str) -> None:
    """What was done to the workspace, the latest last."""
    out = Printer(language)
    if not done:
        out.line("Nothing was imported yet.")
        return
    rows = []
    for one in done:
        files = ", ".join(file["name"] for file in one.about.get("files", ()) if file["table"])
        new = sum(change.rows_new for change in one.changes)
        changed = sum(change.rows_changed for change in one.changes)
        state = out.word("undone") if one.undone_by else ""
        moment = (one.at or "").replace("T", " ").removesuffix("+00:00")
        rows.append((one.import_id, out.word(one.action), moment, files, new, changed, state))
    out.table(("id", "what", "when (UTC)", "files", "new rows", "changed rows", "state"), rows)


def show_quality(found: Quality, language: str) -> None:
    """What the workspace holds, what is missing, and who may be one company."""
    out = Printer(language)
    if found.tables:
        out.table(("table", "rows"), [(out.word(table), rows) for table, rows in found.tables])
    if not found.orders and not found.months:
        out.line("There are no orders yet; bring some in with `zhibi import FILE`.")
        return
    out.line(
        "{orders:order|orders} of {customers:customer|customers}, {first} to {last}",
        orders=found.orders,
        customers=found.customers,
        first=found.first_day,
        last=found.last_day,
    )
    out.console.print()
    show_months(out, found.months, found.currency)
    out.console.print()
    for basis, rows in found.bases if len(found.bases) > 1 else ():
        out.line("{rows:line|lines} are {basis}", rows=rows, basis=out.word(basis), style="yellow")
    for missing in found.missing:
        what = "{column} is empty in all lines."
        if missing.empty < missing.of:
            what = "{column} is empty in {empty} of {of:line|lines}."
        out.line(what, column=out.word(missing.column), empty=missing.empty, of=missing.of)
    for proposal in found.proposals:
        names = " = ".join(f"{customer} {name}" for customer, name in proposal.customers)
        out.line("May be one company: {names}", names=names)
        first, *others = (customer for customer, _ in proposal.customers)
        out.line("zhibi merge {keep} {others}", indent=4, keep=first, others=" ".join(others))
