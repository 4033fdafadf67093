"""The file of rejected rows: what is wrong with each, and the whole row, to correct and import.

A rejected line comes with all lines of its order, because an order is replaced as a whole: the
corrected file can be imported on its own and completes the order instead of cutting it down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from zhibi.formulas import STARTS
from zhibi.tables.ingest.duck import connect, literal, name
from zhibi.tables.ingest.stages import Checked, Sheet, sheet_name

FOLDER = "rejected"
OWN = ("file", "row", "column", "value", "reason")
MARK = "Zhibi: "  # begins the headers that are ours, so that they are known again
ALONG = "not rejected: here because its order is replaced as a whole"
BOM = b"\xef\xbb\xbf"  # without it a spreadsheet shows Chinese as signs

# What a spreadsheet would run as a formula; a plain number may begin with a sign.
_STARTS = "".join(STARTS).replace("-", r"\-")
_FORMULA = f"^[{_STARTS}]"
_DISARMED = f"^''[{_STARTS}]"  # within a text of SQL
_NUMBER = r"^[-+]?[\d,. ]+%?$"


def write_rejects(
    checked: Sequence[Checked], folder: Path, translated: Callable[[str], str]
) -> tuple[Path, ...]:
    """Write the rejected rows, one file for each sheet that has any."""
    written: list[Path] = []
    for one in checked:
        if one.rejected_count:
            folder.mkdir(exist_ok=True)
            name = _file_name(one.parsed.sheet)
            again = sum(path.name.endswith(name) for path in written)
            path = folder / (f"{again + 1}-{name}" if again else name)
            _write(one, path, translated)
            written.append(path)
    return tuple(written)


def _write(checked: Checked, path: Path, translated: Callable[[str], str]) -> None:
    with connect(checked.rejected.parent) as connection:
        connection.create_function("translated", translated, ["VARCHAR"], "VARCHAR")
        body = checked.rejected.with_suffix(".csv")
        connection.execute(
            f"COPY ({_rows(checked, translated)}) TO {literal(body)} "
            "(FORMAT csv, HEADER true, NULLSTR '')"
        )
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as target, body.open("rb") as source:
        target.write(BOM)
        while block := source.read(1 << 20):
            target.write(block)
    temporary.replace(path)


def _file_name(sheet: Sheet) -> str:
    text = "-".join(filter(None, (sheet.file.name.removesuffix(".csv"), sheet.member)))
    return "".join(sign if sign.isalnum() or sign in "-_.()" else "_" for sign in text) + ".csv"


def _rows(checked: Checked, translated: Callable[[str], str]) -> str:
    sheet = checked.parsed.sheet
    staged = f"read_parquet({literal(sheet.staged)})"
    names = [MARK + translated(column) for column in OWN]
    own = [
        literal(sheet_name(sheet)),
        "row",
        "why.header",
        _neutral("why.value"),
        f"coalesce(why.reason, translated({literal(ALONG)}))",
    ]
    ours = [f"{value} AS {name(header)}" for value, header in zip(own, names, strict=True)]
    original = [
        f"{_neutral(f'staged.c{column}')} AS {name(header or f'column {column + 1}')}"
        for column, header in enumerate(sheet.headers)
    ]
    order = checked.parsed.mapping.column_of("order_id")
    along = "false"
    if order and checked.parsed.mapping.table == "order_lines":
        along = (
            f"staged.c{order.column} IN (SELECT c{order.column} FROM {staged} AS bad "
            "WHERE row IN (SELECT row FROM why))"
        )
    return (
        "WITH why AS (SELECT row, string_agg(header, '; ' ORDER BY place) AS header, "
        "string_agg(value, '; ' ORDER BY place) AS value, "
        "string_agg(translated(reason), '; ' ORDER BY place) AS reason "
        "FROM (SELECT *, row_number() OVER () AS place "
        f"FROM read_parquet({literal(checked.rejected)})) GROUP BY row) "
        f"SELECT {', '.join((*ours, *original))} FROM {staged} AS staged "
        f"LEFT JOIN why USING (row) WHERE why.row IS NOT NULL OR {along} ORDER BY row"
    )


def _neutral(column: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return (
        f"CASE WHEN regexp_matches({column}, '{_FORMULA}') "
        f"AND NOT regexp_matches({column}, '{_NUMBER}') THEN '''' || {column} ELSE {column} END"
    )


def without_own_columns(sheet: Sheet, staging: Path) -> Sheet:
    """A file of rejects given back: as the sheet it was made from, our columns taken off."""
    width = len(OWN)
    if not (len(sheet.headers) > width and all(h.startswith(MARK) for h in sheet.headers[:width])):
        return sheet
    path = staging / f"{sheet.staged.stem}.corrected.parquet"
    columns = ", ".join(
        f"CASE WHEN regexp_matches(c{column}, '{_DISARMED}') THEN substr(c{column}, 2) "
        f"ELSE c{column} END AS c{column - width}"
        for column in range(width, len(sheet.headers))
    )
    with connect(staging) as connection:
        connection.execute(
            f"COPY (SELECT row, {columns} FROM read_parquet({literal(sheet.staged)}) ORDER BY row) "
            f"TO {literal(path)} (FORMAT parquet)"
        )
    return replace(sheet, staged=path, headers=sheet.headers[width:])
