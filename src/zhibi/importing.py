"""An import step by step, for whoever puts the questions: a command, a page, a program.

    read    what the files hold, and what each column was taken for
    check   what would change, which rows are rejected and why, what needs a decision
    commit  bring it in; `undo` takes it back, `history` lists what was done

Every step is given the files and all that a person said of them so far (`Answers`), and starts from
the files again: nothing has to live between two steps but those two, which a form can keep. Nothing
is printed, and nothing is asked. `as_data` makes any answer fit for JSON, in a language.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from zhibi.errors import ZhibiError
from zhibi.render.plain import in_words, sentence
from zhibi.said import Said
from zhibi.tables.engines import shown
from zhibi.tables.ingest import importing, remembered
from zhibi.tables.ingest.columns import ParseOptions
from zhibi.tables.ingest.duck import connect, literal
from zhibi.tables.ingest.import_report import ImportReport
from zhibi.tables.ingest.importing import ImportOptions, prepare
from zhibi.tables.ingest.match import fields_of, guess, missing_fields, targets_of
from zhibi.tables.ingest.read import ReadOptions
from zhibi.tables.ingest.reconcile import Reconciled
from zhibi.tables.ingest.rejects import write_rejects
from zhibi.tables.ingest.stages import Match, Notice, SetAside, Sheet, reason_said, sheet_name
from zhibi.tables.lake import Commit
from zhibi.tables.warehouse import Connection
from zhibi.tables.workspace import Workspace

SAMPLES = 5
LONGEST_NAME = 60  # of a file, in signs; most disks take 255 bytes
Progress = Callable[[str, str], None]  # what is done, and on what


@dataclass(frozen=True, slots=True)
class File:
    """A file of the import. `name` is what the person calls it, where it lies under another."""

    path: Path
    name: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person said of an import; whatever is None is found out."""

    kind: str | None = None  # the table that the rows belong to
    columns: Mapping[str, str] = field(default_factory=dict)  # header → field
    preset: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    date_order: str | None = None  # dmy, mdy or ymd
    tax_rate: Decimal | None = None
    rates: Path | None = None
    source_system: str = ""
    sold: str | None = None  # of the values of a scenario column


@dataclass(frozen=True, slots=True)
class ColumnRead:
    """A column, its first values, and the field it was taken for: why, and how surely (0…1)."""

    header: str
    target: str | None
    reason: str
    confidence: float
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetRead:
    """What a sheet was understood to be. `header_row` counts from 1 as the file is shown; `choices`
    are the fields that a column may be, `missing` those that no column is and one must be."""

    name: str
    kind: str
    rows: int
    header_row: int | None
    encoding: str | None
    delimiter: str | None
    preset: str | None
    titles: tuple[str, ...]
    notes: tuple[Said, ...]
    set_aside: tuple[SetAside, ...]
    columns: tuple[ColumnRead, ...]
    choices: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a commit would do. `data_version` is the state it was held against; `rejected` are files
    of the rejected rows, where a folder for them was named."""

    report: ImportReport
    data_version: int
    reconciled: tuple[Reconciled, ...] = ()
    rejected: tuple[Path, ...] = ()

    @property
    def questions(self) -> tuple[Notice, ...]:
        """What only a person can decide."""
        return self.report.questions


@dataclass(frozen=True, slots=True)
class Committed:
    """What came of a commit: the import, None where the files hold nothing new; the files of the
    rejected rows."""

    report: ImportReport
    commit: Commit | None
    rejected: tuple[Path, ...] = ()


def _silent(_: str, __: str) -> None:
    """No progress is shown."""


def read(
    workspace: Workspace,
    files: Sequence[File],
    answers: Answers = Answers(),
    *,
    progress: Progress = _silent,
) -> tuple[SheetRead, ...]:
    """What the files hold. ZhibiError for what cannot be read."""
    refuse_connected(workspace)
    known = [one.mapping for one in remembered.load(workspace.folder)]
    with workspace.scratch() as staging:
        options = options_of(workspace, answers)
        sheets = importing.read_sheets(_named(files, staging), options, staging, progress)
        return tuple(_understood(sheet, answers, known, staging) for sheet in sheets)


def check(
    workspace: Workspace,
    files: Sequence[File],
    answers: Answers = Answers(),
    *,
    totals: Mapping[str, Decimal] | None = None,
    rejects_into: Path | None = None,
    language: str = "en",
    progress: Progress = _silent,
) -> Preview:
    """What a commit would do; changes nothing. `totals` are months (2024-05) and what another
    system says of them; rejected rows go to `rejects_into`, with their reasons in `language`.
    ZhibiError where the files cannot be imported as they are understood."""
    refuse_connected(workspace)
    with ExitStack() as stack:
        named = _named(files, stack.enter_context(workspace.scratch()))
        options = options_of(workspace, answers)
        plan = stack.enter_context(prepare(named, workspace, options, progress))
        rejected: tuple[Path, ...] = ()
        if rejects_into is not None:
            rejected = write_rejects(plan.checked, rejects_into, reason_in(language))
        reconciled = plan.reconcile(totals) if totals else ()
        return Preview(plan.report, plan.data_version, reconciled, rejected)


def commit(
    workspace: Workspace,
    files: Sequence[File],
    answers: Answers = Answers(),
    *,
    data_version: int | None = None,
    language: str = "en",
    progress: Progress = _silent,
) -> Committed:
    """Bring the files in, whole or not at all. With the `data_version` of a preview ZhibiError when
    the workspace was changed since."""
    refuse_connected(workspace)
    with ExitStack() as stack:
        named = _named(files, stack.enter_context(workspace.scratch()))
        options = options_of(workspace, answers)
        plan = stack.enter_context(prepare(named, workspace, options, progress))
        if data_version is not None:
            plan.refuse_stale(data_version)
        if plan.report.is_nothing_new:
            return Committed(plan.report, None)
        progress("Committing", "")
        done, rejected = plan.commit(reason_in(language))
        return Committed(plan.report, done, rejected)


def undo(workspace: Workspace, import_id: str) -> Commit:
    """Take an import back. ZhibiError when a later one has replaced some of its rows."""
    return workspace.lake.undo(import_id, at=_now().isoformat())


def history(workspace: Workspace) -> tuple[Commit, ...]:
    """Everything that was done to the workspace, oldest first, and what of it was undone."""
    return workspace.lake.imports()


def as_data(value: Any, language: str) -> Any:
    """An answer of this module as JSON can hold it: sentences in words of the language, money as
    text, files by their name."""
    told = partial(as_data, language=language)
    if isinstance(value, Said):
        return in_words(value, language)
    if isinstance(value, Notice):
        examples = [{"row": row, "text": text} for row, text in value.examples]
        return {
            "code": value.code,
            "text": sentence(value.template, value.fields, language),
            "count": value.count,
            "is_question": value.is_question,
            "examples": examples,
        }
    if is_dataclass(value) and not isinstance(value, type):
        found = {one.name: told(getattr(value, one.name)) for one in fields(value)}
        if isinstance(found.get("reason"), str) and not isinstance(value, (Match, ColumnRead)):
            found["reason"] = in_words(reason_said(found["reason"]), language)
        return found
    if isinstance(value, Mapping):
        return {str(key): told(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [told(one) for one in value]
    if isinstance(value, Path):
        return value.name
    return str(value) if isinstance(value, (Decimal, date)) else value


def options_of(workspace: Workspace, answers: Answers) -> ImportOptions:
    """The answers as the import takes them, at this moment."""
    now = _now()
    return ImportOptions(
        today=now.astimezone(ZoneInfo(workspace.settings.timezone)).date(),
        at=now,
        table=answers.kind,
        preset=answers.preset,
        columns=answers.columns,
        reading=ReadOptions(
            answers.encoding,
            answers.delimiter,
            answers.sheet,
            is_numbered=bool(answers.columns) and all(one.isdigit() for one in answers.columns),
        ),
        parsing=ParseOptions(date_order=answers.date_order, tax_rate=answers.tax_rate),
        rates=answers.rates,
        source_system=answers.source_system,
        sold=answers.sold,
    )


def tax_rate_of(text: str | None) -> Decimal | None:
    """13%, 13 or 0.13."""
    if text is None:
        return None
    try:
        rate = Decimal(text.strip().removesuffix("%"))
    except InvalidOperation:
        rate = Decimal("NaN")
    is_percent = text.strip().endswith("%") or rate > 1 if rate.is_finite() else False
    rate = rate / 100 if is_percent else rate
    if not rate.is_finite() or not 0 <= rate <= 1:
        raise ZhibiError("{text} is no tax rate; write it as 13%.", text=text)
    return rate


def refuse_connected(workspace: Workspace) -> None:
    """Facts come from one place: a lake beside a warehouse would not be looked at."""
    connection = Connection.load(workspace.folder)
    if connection:
        raise ZhibiError(
            "The orders of {folder} are read from {url}, not from files; make another workspace "
            "with `zhibi init FOLDER` for files.",
            folder=workspace.folder.resolve(),
            url=shown(connection.url),
        )


def reason_in(language: str) -> Callable[[str], str]:
    """Puts the reason of a rejected row into a language."""
    return lambda reason: in_words(reason_said(reason), language)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _named(files: Sequence[File], folder: Path) -> list[Path]:
    """The files under the names that people gave them, by which every message names them."""
    found = []
    for number, file in enumerate(files):
        name = Path(file.name.replace("\\", "/").replace("\0", "")).name[-LONGEST_NAME:]
        if name in ("", "..", file.path.name):
            found.append(file.path)
            continue
        place = folder / f"given-{number}"
        place.mkdir()
        try:
            (place / name).symlink_to(file.path.resolve())
        except OSError:  # where links need a right of their own
            shutil.copyfile(file.path, place / name)
        found.append(place / name)
    return found


def _understood(sheet: Sheet, answers: Answers, known: Sequence[Any], staging: Path) -> SheetRead:
    given = {
        header: target for header, target in answers.columns.items() if header in sheet.headers
    }
    same = [one for one in known if tuple(match.header for match in one.matches) == sheet.headers]
    recalled = same[0] if same and not (given or answers.kind or answers.preset) else None
    found = guess(
        sheet, table=answers.kind, preset=answers.preset, given=given, remembered=recalled
    )
    first_row, samples = _looked_at(sheet, staging)
    before = [one.row for one in sheet.set_aside if one.row < first_row] if first_row else []
    return SheetRead(
        name=sheet_name(sheet),
        kind=found.table,
        rows=sheet.rows,
        header_row=min([first_row, *before]) - 1 or None if first_row else None,
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        preset=found.preset,
        titles=sheet.titles,
        notes=sheet.notes,
        set_aside=sheet.set_aside,
        columns=tuple(
            ColumnRead(one.header, one.target, one.reason, one.confidence, samples[one.column])
            for one in found.matches
        ),
        choices=tuple(fields_of(found.table)),
        missing=missing_fields(found.table, targets_of(found)),
    )


def _looked_at(sheet: Sheet, staging: Path) -> tuple[int, list[tuple[str, ...]]]:
    """The first row below the header, and the first values of each column."""
    staged = f"read_parquet({literal(sheet.staged)})"
    with connect(staging) as connection:
        ((first,),) = connection.execute(f"SELECT min(row) FROM {staged}").fetchall()
        rows = connection.execute(f"FROM {staged} ORDER BY row LIMIT 200").fetchall()
        names = [one[0] for one in connection.execute(f"DESCRIBE FROM {staged}").fetchall()]
    places = [names.index(f"c{column}") for column in range(len(sheet.headers))]
    values = ([row[place] for row in rows if row[place]] for place in places)
    return first or 0, [tuple(dict.fromkeys(one))[:SAMPLES] for one in values]
