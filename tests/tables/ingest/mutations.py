"""Damage to real files, each the same for the same number: what fuzzing the import begins with.

A mutation picks one of the real exports, cut to its first rows, and does to it what happens to
files: bytes flipped, cut off, blocks doubled or lost, quotes and delimiters where none belong,
two encodings, headers renamed or doubled, columns in another order, cells nobody expects.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

ROOT = Path(__file__).parents[3]
ROWS = 36  # of each real file: damage is found as well, and each import takes less
Grid = list[list[str]]

NASTY = (
    "", " ", "\t", "　", "\0", '"', '""', "'", ",", "\n", "\r\n", "a\nb", "\ufeff", "\u200b",
    "\x1b[31m", "{}", "{file}", "{0}", "%s", "[red]x[/]", "<script>alert(1)</script>", "=1+1",
    "=cmd|'/C calc'!A0", "+1", "-", "—", "@SUM(A1)", "NULL", "None", "nan", "NaN", "Infinity",
    "-inf", "1e308", "1e-400", "9.137E+17", "9.91370781E+17", "99999999999999999999999999",
    "-0", "0", "0.00005", "1,2,3", "1.2.3", "1,234.50", "1.234,50", "(1,200)", "¥1.2万",
    "3.5亿", "１２３", "12%", "1'000", "--5", "5-", "0x1F", "٣٤", "²", "Ⅷ", "五", "🙂",
    "甲" * 300, "x" * 40_000, "公司\u202egnirts", "é", "e\u0301", "\ud7ff", "0000-00-00",
    "2024-02-30", "0001-01-01", "9999-12-31", "10000-01-01", "1582-10-10", "45000", "45000.5",
    "-1", "2958466", "20240503", "2024年5月3日", "03-05-2024", "2024-05-03T25:61:61Z", "24:00",
    "2024-W05", "May 3rd", "99/99/99", "合计", "Grand Total", "小计", "作废", "退货", "CNY",
    "USD", "XXX", "C:\\x", "../..", "'; DROP TABLE order_lines; --", "\\", "\\N", "true",
    "#REF!", "#N/A", "is missing in cell B2",
)  # fmt: skip
HEADERS = (
    "", " ", "金额", "amount", "客户", "客户编码", "订单日期", "日期", "order_id", "订单编号",
    "row", "c0", "c1", "Zhibi: row", "数量", "不含税金额", "价税合计", "税率", "币别", "状态",
    "行号", '"', "'", "{x}", "合计", "2024", "a" * 5_000, "x\ny", "select", "客户名称 客户名称",
    "[b]", "import_id", "line_kind", "discount", "status", "\0",
)  # fmt: skip
ENCODINGS = ("utf-8", "gb18030", "big5hkscs", "utf-16", "cp1252", "utf-8-sig", "shift_jis")


@dataclass(frozen=True, slots=True)
class Real:
    """Real files that are imported together, by name."""

    files: dict[str, bytes]
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Mutated:
    """The files of one damaged import, and what was done to them, for the message of a failure."""

    files: dict[str, bytes]
    done: tuple[str, ...]

    def write(self, folder: Path) -> list[Path]:
        folder.mkdir(parents=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        return [folder / name for name in self.files]


@cache
def real_files() -> tuple[Real, ...]:
    samples, data = ROOT / "samples", ROOT / "tests" / "data"
    company, resellers = samples / "daichuan", samples / "adventureworks"
    bikes, northwind = data / "sap_bikes", data / "northwind"
    retail = data / "online_retail" / "online_retail_2010_2011.parquet"
    return (
        Real({"lines.csv": _head(company / "岱川_销售出库明细_2023-2024.csv")}, "gb18030"),
        Real({"receipts.csv": _head(company / "岱川_回款明细.csv")}, "gb18030"),
        Real({"sales.csv": _head(resellers / "sales.csv.gz")}),
        Real({"lines.xlsx": _book(company / "岱川_销售出库明细_2024-2025.xlsx")}),
        Real({"customers.xlsx": _book(company / "岱川_客户档案.xlsx")}),
        Real({"retail.parquet": _slice(retail)}),
        Real({name: _head(bikes / name) for name in ("SalesOrders.csv", "SalesOrderItems.csv")}),
        Real({name: _head(northwind / name) for name in ("order_details.csv", "orders.csv")}),
        Real({name: _head(resellers / name) for name in ("sales.csv.gz", "reseller.csv")}),
    )


def _head(path: Path) -> bytes:
    """The first rows; unpacked, so that the damage is to the rows and not to the archive."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return b"\n".join(content.split(b"\n")[:ROWS]) + b"\n"


def _book(path: Path) -> bytes:
    source = openpyxl.load_workbook(path, read_only=True)
    rows = [list(row) for row in source.worksheets[0].iter_rows(max_row=ROWS, values_only=True)]
    source.close()
    return _as_book(rows)


def _as_book(rows: Iterable[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(
            [ILLEGAL_CHARACTERS_RE.sub("", v) if isinstance(v, str) else v for v in row]
        )
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _slice(path: Path) -> bytes:
    with pq.ParquetFile(path) as file:
        return _as_parquet(pa.Table.from_batches([next(file.iter_batches(ROWS))]))


def _as_parquet(table: pa.Table) -> bytes:
    packed = io.BytesIO()
    pq.write_table(table, packed)
    return packed.getvalue()


def mutated(number: int) -> Mutated:
    """The import of this number: always the same."""
    chance = Random(number)
    every = real_files()
    real = every[number % len(every)]
    name = chance.choice(sorted(real.files))
    content, done = real.files[name], []
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        content, what = _damaged(content, real.encoding, chance)
        done.append(f"{name}: {what}")
    return Mutated({**real.files, name: content}, tuple(done))


def _damaged(content: bytes, encoding: str, chance: Random) -> tuple[bytes, str]:
    if chance.random() < 0.35:
        damage = chance.choice(BYTES)
        return damage(content, chance), damage.__name__
    if content.startswith(b"PK\x03\x04") and chance.random() < 0.3:
        return _within_a_book(content, chance), "within_a_book"
    grid = _grid(content, encoding)
    if not grid or not grid[0]:
        return _flipped(content, chance), "flipped"
    damages = [chance.choice(GRIDS) for _ in range(chance.choice((1, 2, 3)))]
    for damage in damages:
        damage(grid, chance)
    used = chance.choice(ENCODINGS) if chance.random() < 0.2 else encoding
    return _ungrid(content, grid, used, chance), "+".join(one.__name__ for one in damages)


# Damage to bytes.


def _flipped(content: bytes, chance: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 3, 30)) if content else 0):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut_off(content: bytes, chance: Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _block(content: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randrange(len(content) + 1)
    return start, start + chance.choice((1, 20, 200, 2_000))


def _doubled(content: bytes, chance: Random) -> bytes:
    start, end = _block(content, chance)
    return content[:end] + content[start:end] * chance.choice((1, 5)) + content[end:]


def _lost(content: bytes, chance: Random) -> bytes:
    start, end = _block(content, chance)
    return content[:start] + content[end:]


def _swapped(content: bytes, chance: Random) -> bytes:
    start, end = _block(content, chance)
    return content[end:] + content[start:end] + content[:start]


def _sown(content: bytes, chance: Random) -> bytes:
    """Bytes that mean something to a reader, where they do not belong."""
    sown = (b"\0", b'"', b",", b"\t", b";", b"\n", b"\r", b"\xff", b"\xef\xbb\xbf", b"\x1a", b"\\")
    for _ in range(chance.choice((1, 4, 40))):
        place = chance.randrange(len(content) + 1)
        content = content[:place] + chance.choice(sown) + content[place:]
    return content


def _in_two_encodings(content: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(content) + 1)
    rest = content[place:].decode("gb18030", "replace")
    return content[:place] + rest.encode(chance.choice(ENCODINGS), "replace")


BYTES = (_flipped, _cut_off, _doubled, _lost, _swapped, _sown, _in_two_encodings)


def _within_a_book(content: bytes, chance: Random) -> bytes:
    """Damage to one part of a workbook, packed again, so that it gets past the checksum."""
    packed = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = {name: book.read(name) for name in book.namelist()}
    except Exception:  # of damage done before
        return _flipped(content, chance)
    chosen = chance.choice(sorted(parts) or [""])
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts.items():
            book.writestr(name, chance.choice(BYTES)(part, chance) if name == chosen else part)
    return packed.getvalue()


# Damage to cells: a grid of text whose first full row is the header.


def _grid(content: bytes, encoding: str) -> Grid:
    """The cells of a file; none when it is too damaged for that."""
    try:
        if content.startswith(b"PAR1"):
            table = pq.read_table(io.BytesIO(content))
            columns = [[_text(value) for value in column.to_pylist()] for column in table.columns]
            return [table.column_names, *map(list, zip(*columns, strict=True))]
        if content.startswith(b"PK\x03\x04"):
            sheet = openpyxl.load_workbook(io.BytesIO(content)).active
            return [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        text = content.decode(encoding, "replace").replace("\0", "")
        delimiter = max(",;\t|", key=text.count)
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except Exception:  # of three readers, none of which is tested here
        return []


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _ungrid(before: bytes, grid: Grid, encoding: str, chance: Random) -> bytes:
    """The cells as a file of the kind they came from."""
    if before.startswith(b"PK\x03\x04"):
        return _as_book([[_number(cell, chance) for cell in row] for row in grid])
    if before.startswith(b"PAR1"):
        width = max(map(len, grid))
        rows = [[*row, *[""] * (width - len(row))] for row in grid]
        columns = [pa.array(list(column), pa.string()) for column in zip(*rows[1:], strict=True)]
        columns = columns or [pa.array([], pa.string())] * width
        return _as_parquet(pa.Table.from_arrays(columns, names=rows[0]))
    out = io.StringIO()
    quoting = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    csv.writer(out, delimiter=chance.choice(",,,;\t|"), quoting=quoting).writerows(grid)
    return out.getvalue().encode(encoding, "replace")


def _number(cell: str, chance: Random) -> object:
    """In a workbook most numbers are numbers, and some days are days."""
    try:
        return float(cell) if chance.random() < 0.7 else cell
    except ValueError:
        return cell


def _header_of(grid: Grid) -> list[str]:
    return max(grid[:8], key=lambda row: sum(map(bool, row)))


def _nasty_cells(grid: Grid, chance: Random) -> None:
    for _ in range(chance.choice((1, 5, 50))):
        row = chance.choice(grid)
        if row:
            row[chance.randrange(len(row))] = chance.choice(NASTY)


def _nasty_column(grid: Grid, chance: Random) -> None:
    values = [chance.choice(NASTY) for _ in range(chance.choice((1, 3, 10)))]
    header = _header_of(grid)
    column = chance.randrange(max(1, len(header)))
    for row in grid:
        if row is not header and column < len(row):
            row[column] = chance.choice(values)


def _nasty_headers(grid: Grid, chance: Random) -> None:
    header = _header_of(grid)
    for _ in range(chance.choice((1, 2, 5)) if header else 0):
        header[chance.randrange(len(header))] = chance.choice((*HEADERS, *header))


def _columns_moved(grid: Grid, chance: Random) -> None:
    order = list(range(max(map(len, grid))))
    chance.shuffle(order)
    for row in grid:
        row[:] = [row[place] if place < len(row) else "" for place in order]


def _column_doubled(grid: Grid, chance: Random) -> None:
    column = chance.randrange(max(1, len(_header_of(grid))))
    for row in grid:
        row.extend(row[column : column + 1] * chance.choice((1, 1, 1, 2)))


def _column_lost(grid: Grid, chance: Random) -> None:
    column = chance.randrange(max(1, len(_header_of(grid))))
    for row in grid:
        del row[column : column + 1]


def _rows_mixed(grid: Grid, chance: Random) -> None:
    first, last = sorted(chance.randrange(len(grid) + 1) for _ in range(2))
    grid[first:last] = chance.choice((grid[first:last] * 2, grid[first:last][::-1], [[]], []))
    grid[:] = grid or [["a"]]


GRIDS = (
    *(_nasty_cells, _nasty_cells, _nasty_column, _nasty_headers),
    *(_columns_moved, _column_doubled, _column_lost, _rows_mixed),
)
