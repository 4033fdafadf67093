"""What was understood of files, and what a commit would do, as JSON that reads in each language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from zhibi.errors import ZhibiError
from zhibi.locale import LANGUAGES
from zhibi.said import Said
from zhibi.web.crm.bringing.lists import ListRead
from zhibi.web.crm.bringing.proposal import Proposal
from zhibi.web.data.asking import on_the_page

if TYPE_CHECKING:
    from zhibi.tables.ingest.import_report import ImportReport, SheetReport, TableReport
    from zhibi.tables.ingest.stages import Match, Notice, Sheet

Texts = dict[str, str]
SHOWN: Final = 20  # examples of each kind
ASIDE_SHOWN: Final = 3  # rows of one reason
REJECTS_SHOWN: Final = 50


def in_each(words: Callable[[str], str]) -> Texts:
    """A text in every language."""
    return {language: words(language) for language in LANGUAGES}


def said(one: Said) -> Texts:
    from zhibi.render.plain import in_words

    return in_each(lambda language: in_words(one, language))


def problem(error: ZhibiError) -> Texts:
    from zhibi.render.plain import sentence

    asked = on_the_page(error)
    return in_each(lambda language: sentence(asked.template, asked.fields, language))


def of_report(report: ImportReport) -> dict[str, Any]:
    """The preview of an import of facts."""
    return {
        "sheets": [_sheet(one) for one in report.sheets],
        "tables": [_table(one) for one in report.tables],
        "months": [
            {"month": one.month, "rows": one.rows, "orders": one.orders, "amount": str(one.amount)}
            for one in report.months
        ],
        "notices": [_notice(one) for one in report.notices],
        "currency": report.currency,
        "rejected": report.rejected,
        "is_nothing_new": report.is_nothing_new,
    }


def of_sheets(sheets: list[tuple[Sheet, str, tuple[Match, ...]]]) -> dict[str, Any]:
    """What is known of files that could not be taken further: their columns, to be named."""
    return {
        "sheets": [
            {
                "name": sheet.file.name,
                "table": table,
                "rows": sheet.rows,
                "encoding": sheet.encoding,
                "columns": [_column(match, []) for match in matches if match.header],
            }
            for sheet, table, matches in sheets
        ]
    }


def of_list(name: str, found: ListRead, proposal: Proposal) -> dict[str, Any]:
    """The preview of a list of accounts or contacts."""
    rejected = [_unreadable(line) for line in found.rejected]
    rejected += [
        {"row": one.row, "name": one.name, "reason": said(one.reason or Said(""))}
        for one in proposal.of("rejected")
    ]
    columns = [
        {"header": column.header, "field": column.field or "", "examples": list(column.examples)}
        for column in found.columns
        if column.header
    ]
    counts = proposal.counts()
    counts["rejected"] = len(rejected)
    rows = len(proposal.rows) + len(found.rejected)
    return {
        "sheets": [{"name": name, "table": found.kind, "rows": rows, "columns": columns}],
        "counts": counts,
        "examples": {
            state: [_example(one) for one in list(proposal.of(state))[:SHOWN]]
            for state in ("new", "changed")
        },
        "kept": sum(bool(one.kept) for one in proposal.rows),
        "rejects": rejected[:REJECTS_SHOWN],
        "rejected": len(rejected),
        "is_nothing_new": not (counts["new"] or counts["changed"]),
    }


def _sheet(one: SheetReport) -> dict[str, Any]:
    readings: dict[str, list[Texts]] = {}
    for reading in one.readings:
        readings.setdefault(reading.target, []).append(said(reading.how))
    return {
        "name": one.name,
        "table": one.table or "",
        "rows": one.rows,
        "kept": one.kept,
        "rejected": one.rejected,
        "left_out": one.left_out,
        "set_aside": len(one.set_aside),
        "aside": _aside(one),
        "preset": one.preset,
        "encoding": one.encoding,
        "titles": list(one.titles),
        "notes": [said(note) for note in one.notes],
        "columns": [
            _column(match, readings.get(match.target or "", []))
            for match in one.matches
            if match.header
        ],
        "rejects": [_unreadable(reject) for reject in one.rejects],
        "notices": [_notice(notice) for notice in one.notices],
    }


def _aside(one: SheetReport) -> list[dict[str, Any]]:
    """Why rows were set aside, how many for each reason, and the first of them."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in one.set_aside:
        rows.setdefault(row.reason, []).append({"row": row.row, "text": row.text})
    return [
        {"reason": said(Said(reason)), "count": len(found), "examples": found[:ASIDE_SHOWN]}
        for reason, found in rows.items()
    ]


def _column(match: Match, readings: list[Texts]) -> dict[str, Any]:
    return {
        "header": match.header,
        "field": match.target or "",
        "reason": match.reason,
        "is_sure": match.confidence >= SURE,
        "readings": readings,
    }


SURE: Final = 0.9


def _unreadable(reject: Any) -> dict[str, Any]:
    from zhibi.tables.ingest.stages import reason_said

    line: Mapping[str, Any] = (
        reject
        if isinstance(reject, Mapping)
        else {name: getattr(reject, name) for name in ("row", "header", "value", "reason")}
    )
    return {
        "row": line["row"],
        "name": f"{line['header']}: {line['value']}" if line["value"] else line["header"],
        "reason": said(reason_said(line["reason"])),
    }


def _notice(one: Notice) -> dict[str, Any]:
    return {
        "text": said(Said(one.template, one.fields)),
        "is_question": one.is_question,
        "examples": [{"row": row, "text": text} for row, text in one.examples],
    }


def _table(one: TableReport) -> dict[str, Any]:
    return {
        "table": one.table,
        "rows_read": one.rows_read,
        "derived": one.derived,
        "new": one.change.rows_new,
        "changed": one.change.rows_changed,
        "unchanged": one.change.rows_unchanged,
        "rejected": one.rejected,
        "left_out": one.left_out,
    }


def _example(one: Any) -> dict[str, Any]:
    return {
        "row": one.row,
        "name": one.name,
        "changes": [
            {"field": name, "before": str(one.before.get(name) or ""), "after": str(value)}
            for name, value in one.after.items()
            if value not in (None, "")
        ],
    }
