"""The list of accounts as a file. No phone or message id is in it: those are shown one by one, and
that is written down.

A cell that a spreadsheet would take for a formula is text: it begins with an apostrophe in CSV,
and is a text cell in XLSX. Amounts and days stay amounts and days.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone, translation

from zhibi.formulas import disarmed
from zhibi.web.crm.listing.columns import COLUMNS, Column
from zhibi.web.crm.listing.conditions import found
from zhibi.web.crm.listing.filters import read_filters
from zhibi.web.crm.listing.orders import Way
from zhibi.web.crm.listing.paging import in_order
from zhibi.web.crm.models import Account
from zhibi.web.team.models import Change, User
from zhibi.web.text import say

FORMATS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
AT_ONCE: Final = 5_000  # more are written by the worker
MOST: Final = 1_000_000  # rows of a sheet
KEPT_FOR: Final = timedelta(days=7)
DAY: Final = "yyyy-mm-dd"


def write_accounts(
    file: IO[bytes], kind: str, accounts: QuerySet[Account], columns: Sequence[Column]
) -> int:
    """Write the accounts into an open file, as csv or xlsx, and give their number."""
    heads = [say("Name"), *(say(column.label) for column in columns), say("Address of the page")]
    write = _write_csv if kind == "csv" else _write_xlsx
    return write(file, heads, _rows(accounts, columns))


def _rows(accounts: QuerySet[Account], columns: Sequence[Column]) -> Iterator[list[Any]]:
    chosen = accounts.select_related("owner").prefetch_related("tags")[:MOST]
    for one in chosen.iterator(chunk_size=1_000):
        yield [one.name, *(column.value(one) for column in columns), f"/accounts/{one.uid}/"]


def plain(value: Any) -> Any:
    """A value as a cell holds it: None is empty, a list its members."""
    if isinstance(value, list):
        return "; ".join("" if one is None else str(one) for one in value)
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    return value


def _write_csv(file: IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(heads)
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007 - the number is the answer
        values = (plain(value) for value in row)
        writer.writerow(disarmed(one) if isinstance(one, str) else one for one in values)
    text.flush()
    text.detach()
    return count


def _write_xlsx(file: IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    from xlsxwriter import Workbook

    book = Workbook(file, {"constant_memory": True, "strings_to_formulas": False,
                           "strings_to_urls": False, "default_date_format": DAY})  # fmt: skip
    sheet = book.add_worksheet(say("Accounts")[:31])
    sheet.freeze_panes(1, 1)
    for at, head in enumerate(heads):
        sheet.write_string(0, at, head)
    count = 0
    for count, row in enumerate(rows, start=1):
        for at, value in enumerate(row):
            _write_cell(sheet, count, at, plain(value))
    book.close()
    return count


def _write_cell(sheet: Any, row: int, at: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, (date, datetime)):
        sheet.write_datetime(row, at, value)
    elif isinstance(value, (int, float, Decimal)):
        sheet.write_number(row, at, value)
    else:
        sheet.write_string(row, at, str(value))


def exported_bytes(kind: str, accounts: QuerySet[Account], columns: Sequence[Column]) -> bytes:
    """A small export, in memory."""
    file = BytesIO()
    write_accounts(file, kind, accounts, columns)
    return file.getvalue()


def file_of(params: Mapping[str, Any]) -> Path:
    """Where the export that a job was asked for lies."""
    return _folder() / f"{params['file']}.{params['kind']}"


def throw_away_exports() -> None:
    """Lists that were taken out some days ago lie with who took them."""
    long_ago = time.time() - KEPT_FOR.total_seconds()
    for path in _folder().iterdir():
        if path.stat().st_mtime < long_ago:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    """Readable by the server's own user alone."""
    folder: Path = settings.WORKSPACE / "cache" / "exports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def export_asked(params: Mapping[str, Any], *, by: User) -> int:
    """Write the file of a long export as its person sees the accounts now; gives its rows."""
    path = file_of(params)
    unfinished = path.with_suffix(".part")
    with translation.override(params["language"]):
        asked = read_filters(QueryDict(params["query"]), by).asked
        accounts = in_order(found(by, asked), Way.read(params["sort"]))
        columns = [COLUMNS[name] for name in params["columns"]]
        with unfinished.open("wb") as file:
            rows = write_accounts(file, params["kind"], accounts, columns)
    unfinished.replace(path)
    note_export(by, rows=rows, query=params["query"], kind=params["kind"])
    return rows


def note_export(user: User, *, rows: int, query: str, kind: str) -> None:
    """Who took which list out of the workspace, and how long it was."""
    Change.objects.create(
        subject_kind="accounts",
        subject_uid=user.uid,
        what="exported",
        after=f"{rows} {kind} ?{query}"[:2000],
        by=user,
        at=timezone.now(),
    )
