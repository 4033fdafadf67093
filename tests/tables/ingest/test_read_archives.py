"""Files inside .gz and .zip, and the limits on what they may unpack to."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import openpyxl
import pytest
from tests.tables.ingest.reading import cells_of, sheet_of, sheets_of

from zhibi.errors import ZhibiError
from zhibi.render.plain import in_words
from zhibi.tables.ingest.read import read

TEXT = "客户,金额\n甲公司,10\n乙公司,20\n"


def archive_of(folder: Path, members: dict[str, bytes]) -> Path:
    path = folder / "orders.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def failure(path: Path) -> str:
    with pytest.raises(ZhibiError) as caught:
        sheets_of(path)
    return str(caught.value)


def test_a_gzip_file(tmp_path):
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode("gbk")))
    sheet = sheet_of(path)
    assert (sheet.file, sheet.member, sheet.encoding) == (path, "orders.csv", "gb18030")
    assert cells_of(sheet) == [["甲公司", "10"], ["乙公司", "20"]]


def test_each_member_of_a_zip_is_read_and_the_rest_named(tmp_path):
    book = openpyxl.Workbook()
    for row in (["客户", "金额"], ["丙公司", 30]):
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    path = archive_of(
        tmp_path,
        {
            "2023/orders.csv": TEXT.encode("gbk"),
            "2024/orders.csv": TEXT.encode(),
            "三月.xlsx": packed.getvalue(),
            "readme.pdf": b"%PDF-1.7",
            "__MACOSX/._orders.csv": b"\0\1",
        },
    )
    sheets = sheets_of(path)
    assert [(sheet.member, sheet.rows) for sheet in sheets] == [
        ("2023/orders.csv", 2),
        ("2024/orders.csv", 2),
        ("三月.xlsx/Sheet", 1),
    ]
    assert [in_words(note, "en") for sheet in sheets for note in sheet.notes] == (
        ["Files left out: readme.pdf."] * len(sheets)
    )


def test_names_written_in_gbk(tmp_path):
    raw = "订单.csv".encode("gbk")
    path = archive_of(tmp_path, {"x" * len(raw): TEXT.encode()})
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    assert sheet_of(path).member == "订单.csv"


def test_nothing_unpacked_is_left_behind(tmp_path):
    path = archive_of(tmp_path, {"../../orders.csv": TEXT.encode()})
    staging = tmp_path / "staging"
    staging.mkdir()
    (sheet,) = read(path, staging)
    assert list(staging.iterdir()) == [sheet.staged]
    assert sheet.staged.parent == staging


@pytest.mark.parametrize(
    ("members", "part"),
    [
        ({}, "holds no file that may be a table"),
        ({"readme.pdf": b"%PDF"}, "holds no file that may be a table"),
        ({"orders.csv": b""}, "orders.csv in orders.zip is empty"),
        ({"inner.zip": b"PK\x05\x06" + bytes(18)}, "another archive, inner.zip"),
        ({"inner.csv.gz": gzip.compress(b"a,b\n1,2\n")}, "another archive, inner.csv.gz"),
        ({"orders.csv": b"%PDF-1.7"}, "orders.csv is a PDF"),
        ({"orders.csv": bytes(100 << 20)}, "orders.zip unpacks to more than"),
        ({f"{n}.csv": b"" for n in range(1_001)}, "holds 1001 files"),
    ],
)
def test_archives_that_are_refused(tmp_path, members, part):
    path = archive_of(tmp_path, members)
    assert part in failure(path)
    assert not [
        left for folder in tmp_path.iterdir() if folder.is_dir() for left in folder.iterdir()
    ]


def test_a_gzip_bomb_and_an_archive_in_an_archive(tmp_path):
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(gzip.compress(bytes(100 << 20)))
    assert "orders.csv.gz unpacks to more than" in failure(path)

    path.write_bytes(gzip.compress(gzip.compress(TEXT.encode())))
    assert "holds another archive" in failure(path)

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("orders.csv"))
    path.write_bytes(packed.getvalue())
    assert "a tar archive" in failure(path)


def test_archives_cut_off_or_damaged(tmp_path):
    path = tmp_path / "orders.csv.gz"
    whole = gzip.compress(TEXT.encode() * 500)
    for content in (whole[:-20], whole[:8], whole[:40] + b"\0\xff\0" + whole[43:]):
        path.write_bytes(content)
        assert "orders.csv.gz is damaged or was cut off" in failure(path)

    packed = archive_of(tmp_path, {"orders.csv": TEXT.encode() * 500}).read_bytes()
    path = tmp_path / "bad.zip"
    path.write_bytes(packed[:60] + b"\xff\0\xff" + packed[63:])
    assert "bad.zip is damaged or was cut off" in failure(path)
    path.write_bytes(packed[:60])
    assert "bad.zip is damaged or was cut off" in failure(path)


def test_an_archive_with_a_password(tmp_path):
    path = archive_of(tmp_path, {"orders.csv": TEXT.encode()})
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    path.write_bytes(content)
    assert "protected by a password" in failure(path)
