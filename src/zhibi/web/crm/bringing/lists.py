"""From a file to rows with named columns: read and matched by the core, as order exports are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zhibi.errors import ZhibiError

if TYPE_CHECKING:
    from zhibi.tables.ingest.stages import Sheet

ACCOUNTS: Final = "accounts"
CONTACTS: Final = "contacts"
KINDS: Final = (ACCOUNTS, CONTACTS)
ACCOUNT_FIELDS: Final = (
    "customer_id", "name", "former_names", "credit_code", "industry", "region", "size", "kind",
    "route", "source", "owner", "since", "employees", "annual_revenue", "credit_limit",
)  # fmt: skip
CONTACT_FIELDS: Final = (
    "account", "credit_code", "customer_id", "name", "first_name", "last_name", "title",
    "department", "phone", "email", "message_id", "note",
)  # fmt: skip
NAME_PARTS: Final = ("first_name", "last_name")
COMPANIES: Final = ("企业", "企业名称", "所属企业", "公司", "公司名称")
EXAMPLES: Final = 3
MOST_ROWS: Final = 200_000


@dataclass(frozen=True, slots=True)
class ColumnSeen:
    """A column of the file, what it was taken for, and its first values."""

    header: str
    field: str | None
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListRead:
    """A list as it was read. `lines` are the typed rows: `row` and the fields by name; `rejected`
    what could not be read: row, header, value, reason."""

    kind: str
    columns: tuple[ColumnSeen, ...]
    lines: tuple[Mapping[str, Any], ...]
    rejected: tuple[Mapping[str, Any], ...]


def read_list(
    path: Path, kind: str, staging: Path, *, given: Mapping[str, str] | None = None
) -> ListRead:
    """Read a list of accounts or contacts; `given` is header → field, "" leaves a column out.

    ZhibiError for what cannot be read and for a list without names.
    """
    sheet = _sheet(path, staging)
    if kind == CONTACTS:
        return _contacts(sheet, path, given or {})
    return _accounts(sheet, path, staging, given or {})


def keep_lines(found: ListRead, path: Path) -> None:
    """Keep the typed rows of a list for `kept_lines`, as text that can be searched for a person."""
    import pyarrow as pa

    table = pa.Table.from_pylist(list(found.lines))
    part = path.with_suffix(".part")
    with pa.ipc.new_file(part, table.schema) as file:
        file.write_table(table)
    part.replace(path)


def kept_lines(path: Path) -> Sequence[Mapping[str, Any]]:
    """The typed rows that `keep_lines` kept."""
    import pyarrow as pa

    with pa.ipc.open_file(path) as file:
        lines: list[dict[str, Any]] = file.read_all().to_pylist()
    return lines


def _sheet(path: Path, staging: Path) -> Sheet:
    from zhibi.tables.ingest.read import read

    sheet = max(read(path, staging), key=lambda one: one.rows)
    if sheet.rows > MOST_ROWS:
        raise ZhibiError(
            "{file} has {n} rows, more than the {most} that a list may have; split it.",
            file=path.name,
            n=sheet.rows,
            most=MOST_ROWS,
        )
    return sheet


def _accounts(sheet: Sheet, path: Path, staging: Path, given: Mapping[str, str]) -> ListRead:
    from zhibi.tables.ingest.match import guess
    from zhibi.tables.ingest.parse import parse

    mapping = guess(sheet, table="customers", given=dict(given))
    _refuse_nameless(path, "name", {match.target for match in mapping.matches}, sheet.headers)
    parsed = parse(sheet, mapping, staging)
    lines = _rows_of(parsed.rows)
    for line in lines:
        if line.get("customer_id") == line["name"]:
            line["customer_id"] = None  # made of the name, since the list has no numbers
    fields = tuple(match.target for match in mapping.matches)
    return ListRead(ACCOUNTS, _seen(sheet, fields), tuple(lines), tuple(_rows_of(parsed.rejected)))


def _contacts(sheet: Sheet, path: Path, given: Mapping[str, str]) -> ListRead:
    fields = _contact_fields(sheet.headers, given)
    _refuse_nameless(path, "name", set(fields), sheet.headers)
    _refuse_nameless(path, "account", set(fields), sheet.headers)
    lines = []
    for line in _rows_of(sheet.staged):
        found = {name: line[f"c{at}"] for at, name in enumerate(fields) if name}
        parts = [found.pop(part, None) for part in NAME_PARTS]
        found["name"] = found.get("name") or " ".join(part for part in parts if part) or None
        lines.append({"row": line["row"], **found})
    return ListRead(CONTACTS, _seen(sheet, fields), tuple(lines), ())


def _contact_fields(headers: Iterable[str], given: Mapping[str, str]) -> tuple[str | None, ...]:
    """What each header means: as the person says, else by the words it is known under."""
    from zhibi.tables.ingest.headers import read_header

    known = {
        read_header(word).key: name for name, words in _contact_words().items() for word in words
    }
    taken: set[str] = set(given.values())
    fields: list[str | None] = []
    for header in headers:
        if header in given:
            fields.append(given[header] or None)
            continue
        found = known.get(read_header(header).key)
        fields.append(found if found not in taken else None)
        taken.add(found or "")
    return tuple(_people_as_customers(list(headers), fields, given))


def _people_as_customers(
    headers: list[str], fields: list[str | None], given: Mapping[str, str]
) -> list[str | None]:
    """Where a messenger calls people customers (客户名称 beside 企业), 企业 is their account."""
    if "name" in fields or set(NAME_PARTS) & set(fields):
        return fields
    companies = [at for at, header in enumerate(headers) if header.strip() in COMPANIES]
    named = [at for at, name in enumerate(fields) if name == "account" and at not in companies]
    if len(companies) != 1 or len(named) != 1 or headers[named[0]] in given:
        return fields
    fields[named[0]], fields[companies[0]] = "name", "account"
    return fields


@cache
def _contact_words() -> Mapping[str, list[str]]:
    import tomllib

    text = (files(__package__) / "contact_columns.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _refuse_nameless(
    path: Path, wanted: str, fields: set[str | None], headers: Iterable[str]
) -> None:
    stand_ins = {
        "account": {"credit_code", "customer_id"},
        "name": set(NAME_PARTS) if "account" in fields else set(),
    }.get(wanted, set())
    if wanted not in fields and not stand_ins & fields:
        raise ZhibiError(
            "{file} has no column for the {field}; its headers are {headers}: say below which one "
            "it is.",
            file=path.name,
            field=wanted,
            headers=", ".join(headers),
        )


def _seen(sheet: Sheet, fields: Iterable[str | None]) -> tuple[ColumnSeen, ...]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(sheet.staged) as file:
        first = next(file.iter_batches(batch_size=50))
    columns = []
    for at, (header, found) in enumerate(zip(sheet.headers, fields, strict=True)):
        values = [value for value in first.column(f"c{at}").to_pylist() if value]
        columns.append(ColumnSeen(header, found, tuple(dict.fromkeys(values))[:EXAMPLES]))
    return tuple(columns)


def _rows_of(path: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return sorted(found, key=lambda line: line["row"])
