"""Puts the report of an import together from what its steps have left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zhibi.errors import ZhibiError
from zhibi.tables.ingest import alike, traps
from zhibi.tables.ingest.buyers import Held
from zhibi.tables.ingest.duck import connect, literal
from zhibi.tables.ingest.import_report import (
    ImportReport,
    Month,
    Reject,
    SheetReport,
    TableReport,
    assert_accounted,
)
from zhibi.tables.ingest.stages import Checked, Notice, Sheet, reason_said, sheet_name
from zhibi.tables.ingest.workbook_cells import UNCOMPUTED
from zhibi.tables.lake.manifest import Change

EXAMPLES = 5
# What makes a document an order: sales less returns, without rebates, allowances and samples.
SOLD = (
    "sum(amount) FILTER (line_kind IS NULL OR line_kind NOT IN ('rebate', 'allowance', 'sample')) "
    "AS sold"
)


@dataclass(frozen=True, slots=True)
class Material:
    """What the steps of one import gave."""

    sheets: tuple[Sheet, ...]
    checked: tuple[Checked, ...]
    changes: tuple[Change, ...]
    customers: Path | None
    derived: Mapping[str, int]  # table → rows that other tables told of
    held: Held
    currency: str
    is_currency_open: bool  # the workspace has not decided on one yet
    currencies: tuple[str | None, ...]


def refuse_empty(checked: Sequence[Checked]) -> None:
    """ZhibiError when nothing is left to import, or all amounts are 0."""
    for one in checked:
        zeros = [notice for notice in one.notices if notice.code == traps.NOTHING_BUT_ZEROS]
        if zeros and not one.skipped_count:  # what was left out may have had amounts
            raise ZhibiError(
                "{file}: the amount is 0 in each of the {count} rows of the column {header}; name "
                'the column of net amounts with --map "HEADER=amount".',
                file=sheet_name(one.parsed.sheet),
                count=zeros[0].count,
                header=one.parsed.mapping.header_of("amount"),
            )
    if any(one.row_count or one.skipped_count for one in checked):
        return
    for one in checked:
        for note in one.parsed.sheet.notes:
            if note.template == UNCOMPUTED:
                raise ZhibiError(
                    "{file} has formulas whose results were never stored (the first in {cell}), so "
                    "that nothing can be read there; open it in a spreadsheet, save it and import "
                    "it again.",
                    file=sheet_name(one.parsed.sheet),
                    cell=note.fields["cell"],
                )
        for reject in _rejects(one):
            raise ZhibiError(
                "{file} has no row that can be imported; the first is row {row}, column {header}, "
                "{value}: {reason}. Correct the file, or name its columns with --map.",
                file=sheet_name(one.parsed.sheet),
                row=reject.row,
                header=reject.header,
                value=reject.value or "—",
                reason=reason_said(reject.reason),
            )


def report(material: Material, order_lines: Path | None, staging: Path) -> ImportReport:
    """The preview; every row of every file is in one of its counts."""
    said, proposals = alike.of_import(material.customers, material.held, staging)
    tables = tuple(_table(change, material) for change in material.changes)
    assert_accounted(tables)
    return ImportReport(
        sheets=_sheets(material),
        tables=tables,
        months=months(order_lines, staging) if order_lines else (),
        notices=(*_currency(material), *_overlaps(material.changes), *said),
        proposals=proposals,
        currency=material.currency,
        source_system=material.held.source_system,
    )


def _sheets(material: Material) -> tuple[SheetReport, ...]:
    used = {(one.parsed.sheet.file, one.parsed.sheet.member) for one in material.checked}
    others = (
        SheetReport(sheet_name(sheet), None, sheet.rows, titles=sheet.titles, notes=sheet.notes)
        for sheet in material.sheets
        if (sheet.file, sheet.member) not in used
    )
    return (*(_sheet(one) for one in material.checked), *others)


def _sheet(checked: Checked) -> SheetReport:
    parsed = checked.parsed
    sheet, mapping = parsed.sheet, parsed.mapping
    return SheetReport(
        name=sheet_name(sheet),
        table=mapping.table,
        rows=sheet.rows,
        kept=checked.row_count,
        rejected=checked.rejected_count,
        left_out=checked.skipped_count,
        preset=mapping.preset,
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        titles=sheet.titles,
        notes=sheet.notes,
        matches=mapping.matches,
        readings=parsed.readings,
        constants=tuple(sorted(mapping.constants.items())),
        set_aside=sheet.set_aside,
        rejects=_rejects(checked),
        notices=checked.notices,
    )


def _rejects(checked: Checked) -> tuple[Reject, ...]:
    if not checked.rejected_count:
        return ()
    with connect(checked.rejected.parent) as connection:
        rows = connection.execute(
            f"SELECT row, header, value, reason FROM read_parquet({literal(checked.rejected)}) "
            f"ORDER BY ALL LIMIT {EXAMPLES}"
        ).fetchall()
    return tuple(Reject(*row) for row in rows)


def _table(change: Change, material: Material) -> TableReport:
    own = [one for one in material.checked if one.parsed.mapping.table == change.table]
    return TableReport(
        table=change.table,
        rows_read=sum(one.parsed.sheet.rows for one in own),
        rejected=sum(one.rejected_count for one in own),
        left_out=sum(one.skipped_count + len(one.parsed.sheet.set_aside) for one in own),
        derived=material.derived.get(change.table, 0),
        change=change,
    )


def months(order_lines: Path, staging: Path) -> tuple[Month, ...]:
    """Rows, orders and net amount by month; an order counts where its sales are positive."""
    orders = (
        "SELECT 100 * year(order_date) + month(order_date) AS month, count(*) AS lines, "
        f"sum(amount) AS amount, {SOLD} FROM read_parquet({literal(order_lines)}) "
        "GROUP BY month, hash(order_id)"
    )
    with connect(staging) as connection:
        rows = connection.execute(
            "SELECT month, sum(lines)::BIGINT, count(*) FILTER (sold > 0), sum(amount) "
            f"FROM ({orders}) GROUP BY month ORDER BY month"
        ).fetchall()
    return tuple(Month(f"{month // 100:04}-{month % 100:02}", *rest) for month, *rest in rows)


def left_out_months(checked: Sequence[Checked], staging: Path) -> dict[str, dict[str, str]]:
    """Month → reason → amount of order lines left out: what a later reconciliation may need."""
    found: dict[str, dict[str, str]] = {}
    lines = [one.left_out for one in checked if one.parsed.mapping.table == "order_lines"]
    if not lines:
        return found
    paths = ", ".join(literal(path) for path in lines)
    with connect(staging) as connection:
        rows = connection.execute(
            "SELECT strftime(order_date, '%Y-%m') AS month, reason, sum(amount)::VARCHAR "
            f"FROM read_parquet([{paths}]) GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    for month, reason, amount in rows:
        found.setdefault(month, {})[reason] = amount
    return found


def _currency(material: Material) -> list[Notice]:
    """What amounts are taken to be in, where the workspace had not decided or several are named."""
    if not any(one.parsed.mapping.table == "order_lines" for one in material.checked):
        return []
    named = [code for code in material.currencies if code]
    fields: dict[str, object] = {"currency": material.currency, "named": ", ".join(named)}
    if material.is_currency_open and named == [material.currency] == list(material.currencies):
        template = "All amounts are in {currency}: it becomes the currency of the workspace."
        return [Notice("currency_found", template, fields, 1)]
    if material.is_currency_open:
        template = (
            "Nothing says the currency of all amounts: they are taken to be in {currency}, which "
            "becomes the currency of the workspace; set another one in zhibi.toml first."
        )
        return [Notice("currency_guessed", template, fields, 1)]
    if [code for code in named if code != material.currency]:
        template = (
            "The amounts are in {named}; what is not in {currency} is converted at the rate of "
            "the order's day, and rejected where there is none."
        )
        return [Notice("currencies", template, fields, 1)]
    return []


def _overlaps(changes: Sequence[Change]) -> list[Notice]:
    """Orders the lake holds already."""
    found = []
    for change in changes:
        fields: dict[str, object] = {
            "count": change.units_changed,
            "lines": change.rows_removed,
            "same": change.units_unchanged,
        }
        if change.table != "order_lines":
            continue
        if change.units_unchanged:
            template = "In the workspace already and the same: {same:order|orders}; they stay."
            found.append(Notice("orders_known", template, fields, change.units_unchanged))
        if change.units_changed:
            template = (
                "In the workspace already and different: {count:order|orders}; the new lines "
                "replace the old."
            )
            found.append(Notice("orders_changed", template, fields, change.units_changed))
        if change.units_losing:
            template = (
                "Orders that would lose lines the workspace holds: {count:order|orders}, "
                "{lines:line|lines}. Does the file hold only part of them?"
            )
            examples = tuple((0, order) for order in change.losing[:EXAMPLES])
            fields = {**fields, "count": change.units_losing}
            found.append(
                Notice("orders_losing", template, fields, change.units_losing, True, examples)
            )
    return found
