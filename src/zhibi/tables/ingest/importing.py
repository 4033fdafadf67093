"""An import from beginning to end: read → match → parse → check → preview → commit.

`prepare` writes nothing but scratch. What it gives shows everything the commit would do, and the
commit is refused when the workspace has changed in between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from zhibi.errors import ZhibiError
from zhibi.tables.ingest import buyers, currencies, reconcile, remembered, reporting, settled
from zhibi.tables.ingest.ageing import due_in_rows
from zhibi.tables.ingest.buyers import Held
from zhibi.tables.ingest.check import CheckOptions, check
from zhibi.tables.ingest.columns import ParseOptions
from zhibi.tables.ingest.duck import STAGED, connect, literal
from zhibi.tables.ingest.import_report import ImportReport
from zhibi.tables.ingest.months_across import sales_in_rows
from zhibi.tables.ingest.parse import parse
from zhibi.tables.ingest.plan import plan_sheets
from zhibi.tables.ingest.questionnaires import scores_in_rows
from zhibi.tables.ingest.rates import read_rates
from zhibi.tables.ingest.read import ReadOptions, read
from zhibi.tables.ingest.reconcile import Reconciled
from zhibi.tables.ingest.rejects import FOLDER, without_own_columns, write_rejects
from zhibi.tables.ingest.remembered import Remembered
from zhibi.tables.ingest.stages import Checked, Parsed, Sheet
from zhibi.tables.lake import Commit
from zhibi.tables.settings import Settings
from zhibi.tables.workspace import Workspace

CHINESE = re.compile("[一-鿿]")


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the user says of an import. `today` and `at` (a moment in UTC) come from the caller:
    nothing here looks at a clock."""

    today: date
    at: datetime
    table: str | None = None
    preset: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)  # header → field
    reading: ReadOptions = field(default_factory=ReadOptions)
    parsing: ParseOptions = field(default_factory=ParseOptions)
    rates: Path | None = None
    source_system: str = ""
    sold: str | None = None  # of the values of a scenario column


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """An import that is ready. Valid while the `with` of `prepare` lasts."""

    workspace: Workspace
    options: ImportOptions
    report: ImportReport
    checked: tuple[Checked, ...]
    batches: Mapping[str, Path]
    data_version: int
    left_out_months: Mapping[str, Mapping[str, str]]
    staging: Path

    def commit(
        self, translated: Callable[[str], str] = _as_it_is
    ) -> tuple[Commit, tuple[Path, ...]]:
        """Bring it into the lake, and write the rejected rows to files, which are returned.

        `translated` puts the reasons into the user's language.
        """
        self.refuse_stale(self.workspace.lake.manifest().version)
        folder = self.workspace.folder / FOLDER
        written = write_rejects(self.checked, folder, translated)
        self._settle_currency()
        commit = self.workspace.lake.commit(
            self.batches,
            source_system=self.options.source_system,
            import_id=next_import_id(self.workspace),
            about=self._about(),
        )
        said = remembered.said_of(self.options.parsing)
        mappings = (Remembered(one.parsed.mapping, said) for one in self.checked)
        remembered.save(self.workspace.folder, mappings)
        return commit, written

    def reconcile(self, typed: Mapping[str, Decimal]) -> tuple[Reconciled, ...]:
        """The months against totals typed from the ERP."""
        return reconcile.of_import(self.checked, typed, self.staging)

    def refuse_stale(self, data_version: int) -> None:
        """ZhibiError when what was looked at was another state of the workspace than the plan's."""
        if data_version != self.data_version:
            raise ZhibiError(
                "The workspace {folder} was changed while this import was being looked at; "
                "run the import again.",
                folder=self.workspace.folder.resolve(),
            )

    def _settle_currency(self) -> None:
        if not self.workspace.settings.currency:
            settled = replace(self.workspace.settings, currency=self.report.currency)
            settled.save(self.workspace.folder)

    def _about(self) -> dict[str, object]:
        """What `zhibi imports` and a later reconciliation need to know of this import."""
        return {
            "at": self.options.at.isoformat(),
            "files": [
                {
                    "name": one.name,
                    "table": one.table,
                    "rows": one.rows,
                    "kept": one.kept,
                    "rejected": one.rejected,
                    "left_out": one.left_out + len(one.set_aside),
                }
                for one in self.report.sheets
            ],
            "left_out_months": {month: dict(of) for month, of in self.left_out_months.items()},
        }


def next_import_id(workspace: Workspace) -> str:
    """i0001, i0002, …: an id is never given twice, not even after an undo."""
    used = [one.import_id[1:] for one in workspace.lake.imports()]
    return f"i{max((int(number) for number in used if number.isdigit()), default=0) + 1:04}"


def _silent(_: str, __: str) -> None:
    """No progress is shown."""


@contextmanager
def prepare(
    files: Sequence[Path],
    workspace: Workspace,
    options: ImportOptions,
    progress: Callable[[str, str], None] = _silent,
) -> Iterator[ImportPlan]:
    """Everything up to the commit. `progress` is told each step and what it works on."""
    with workspace.scratch() as staging:
        yield _prepare(files, workspace, options, staging, progress)


def _prepare(
    files: Sequence[Path],
    workspace: Workspace,
    options: ImportOptions,
    staging: Path,
    progress: Callable[[str, str], None],
) -> ImportPlan:
    manifest = workspace.lake.manifest()
    held = Held(
        options.source_system,
        workspace.lake.files("customers", manifest),
        workspace.lake.files("order_lines", manifest),
    )
    sheets = read_sheets(files, options, staging, progress)
    parsed = _parse(sheets, workspace, options, staging, progress)
    named = currencies.currencies_of(parsed, staging)
    currency = _currency(workspace.settings, named, sheets)
    progress("Checking", "")
    is_money_known = "receipts" in {one.mapping.table for one in parsed} or settled.has_receipts(
        workspace.lake, manifest, staging
    )
    checking = _check_options(currency, options, held, staging, has_receipts=is_money_known)
    checked = check(parsed, staging, checking)
    reporting.refuse_empty(checked)
    customers, named_only = buyers.combine(checked, held, staging)
    batches = _batches(checked, customers, staging)
    told = [one.settled for one in checked if one.settled and not is_money_known]
    paid, counts = settled.batches(told, staging)
    batches |= paid
    progress("Comparing with the workspace", "")
    changes = workspace.lake.compare(batches, source_system=options.source_system)
    report = reporting.report(
        reporting.Material(
            sheets=tuple(sheets),
            checked=checked,
            changes=changes,
            derived={"customers": named_only, **counts},
            currency=currency,
            is_currency_open=not workspace.settings.currency,
            currencies=named,
            customers=customers,
            held=held,
        ),
        batches.get("order_lines"),
        staging,
    )
    return ImportPlan(
        workspace=workspace,
        options=options,
        report=report,
        checked=checked,
        batches=batches,
        data_version=manifest.version,
        left_out_months=reporting.left_out_months(checked, staging),
        staging=staging,
    )


def _currency(settings: Settings, named: Sequence[str | None], sheets: Sequence[Sheet]) -> str:
    """As set, else the one all lines name, else what most who write such headers count in."""
    is_chinese = any(CHINESE.search(header) for sheet in sheets for header in sheet.headers)
    guessed = "CNY" if is_chinese else "USD"
    return settings.currency or currencies.proposed(named) or guessed


def read_sheets(
    files: Sequence[Path],
    options: ImportOptions,
    staging: Path,
    progress: Callable[[str, str], None],
) -> list[Sheet]:
    """The sheets of all files; of a file of rejects given back without what we had added."""
    sheets = []
    for file in files:
        progress("Reading", file.name)
        sheets += read(file, staging, options.reading)
    return [_in_rows(without_own_columns(sheet, staging), options, staging) for sheet in sheets]


def _in_rows(sheet: Sheet, options: ImportOptions, staging: Path) -> Sheet:
    """Tables with a column for each span of days, month or question as rows, unless said not."""
    if options.table in (None, "receivables"):
        sheet = due_in_rows(sheet, staging)
    if options.table in (None, "order_lines") and not options.columns:
        sheet = sales_in_rows(sheet, staging)
    return scores_in_rows(sheet, staging, options.table)


def _parse(
    sheets: Sequence[Sheet],
    workspace: Workspace,
    options: ImportOptions,
    staging: Path,
    progress: Callable[[str, str], None],
) -> tuple[Parsed, ...]:
    known = remembered.load(workspace.folder)
    is_told = options.table or options.preset
    planned = plan_sheets(
        sheets,
        staging=staging,
        preset=options.preset,
        table=options.table,
        given=options.columns,
        remembered=() if is_told else tuple(one.mapping for one in known),
    )
    parsed = []
    for sheet, mapping in planned:
        progress("Reading the values of", sheet.file.name)
        said = remembered.completed(options.parsing, mapping, known)
        parsed.append(parse(sheet, mapping, staging, said))
    return tuple(parsed)


def _check_options(
    currency: str, options: ImportOptions, held: Held, staging: Path, *, has_receipts: bool
) -> CheckOptions:
    return CheckOptions(
        currency=currency,
        today=options.today,
        rates=read_rates(options.rates) if options.rates else (),
        bases=_bases(held, staging),
        sold=options.sold,
        has_receipts=has_receipts,
    )


def _bases(held: Held, staging: Path) -> tuple[str, ...]:
    if not held.order_lines:
        return ()
    with connect(staging) as connection:
        found = connection.execute(
            f"SELECT DISTINCT basis FROM read_parquet({buyers.file_list(held.order_lines)}) "
            "WHERE basis IS NOT NULL ORDER BY basis"
        ).fetchall()
    return tuple(row[0] for row in found)


def _batches(checked: Sequence[Checked], customers: Path | None, staging: Path) -> dict[str, Path]:
    """One Parquet file a table; several sheets of one table are put together."""
    by_table: dict[str, list[Path]] = {}
    for one in checked:
        if one.parsed.mapping.table != "customers":
            by_table.setdefault(one.parsed.mapping.table, []).append(one.rows)
    batches = {}
    for table, paths in by_table.items():
        batches[table] = paths[0]
        if len(paths) > 1:
            batches[table] = staging / f"{table}.parquet"
            with connect(staging) as connection:
                connection.execute(
                    f"COPY (FROM read_parquet({buyers.file_list(map(str, paths))}, "
                    f"union_by_name = true)) TO {literal(batches[table])} {STAGED}"
                )
    if customers:
        batches["customers"] = customers
    return batches
