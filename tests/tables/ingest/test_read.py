"""What a file is, told by its content, and every file that cannot be read."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from tests.tables.ingest.reading import cells_of, sheet_of

from zhibi.errors import ZhibiError
from zhibi.render.plain import in_words
from zhibi.tables.ingest.read import read

TEXT = "客户,金额\n甲公司,10\n乙公司,20\n"
DATA = Path(__file__).parents[2] / "data"


def failure(path: Path, **options: str) -> str:
    with pytest.raises(ZhibiError) as caught:
        sheet_of(path, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "is empty"),
        (b"\n\n \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        ("客户,金额\n".encode(), "has a header but no rows"),
        ("客户,金额\n,\n\n".encode(), "has a header but no rows"),
        ("客户,金额\n合计,\n".encode(), "has a header but no rows"),
        (
            "甲公司,2024-01-02,10\n乙公司,2024-01-03,20\n".encode(),
            "no header row: the first full row (row 1)",
        ),
        ("明细\n\n甲公司,2024-01-02,10\n乙公司,2024-01-03,20\n".encode(), "(row 3)"),
        ("客户\n甲公司\n".encode(), "only one column"),
        (b"\x7fELF\x02\x01\x01" + bytes(200), "is a program"),
        (b"%PDF-1.7\n...", "is a PDF"),
        (bytes(range(256)) * 20, "is binary"),
        (bytes(5000), "is binary"),
        (b"a,b\n1,2\n3,x\0y\n" + b"1,2\n" * 2000, "Line 3"),
        (b"PAR1 and then nothing", "damaged Parquet"),
        (b"PK\x03\x04 and then nothing", "damaged or was cut off"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "cannot be read as a workbook"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "cannot be read as a workbook",
        ),
        (
            b"<!-- urn:schemas-microsoft-com:office:spreadsheet" + b" " * 9_000 + b"-->"
            b'<!DOCTYPE a [<!ENTITY b "c">]>'
            b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "of an unknown kind",
        ),
        (
            b'<Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
            b'<ss:Worksheet><ss:Row ss:Index="x"/></ss:Worksheet></Workbook>',
            "cannot be read as a workbook",
        ),
        (b"a,b\n1,2\n" + b"3," * 20_000_000, "Line 3"),
        (b'a,b\n1,"open\n2,3\n4,5\n', "Row 2 of orders.csv has a quotation mark"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path, content, part):
    path = tmp_path / "orders.csv"
    path.write_bytes(content)

    message = failure(path)

    assert part in message
    assert "orders.csv" in message


def test_more_columns_than_can_be_read_are_refused_and_a_thousand_are_not(tmp_path):
    path = tmp_path / "wide.csv"
    for width in (1_000, 2_001):
        names = ",".join(f"field {n}x" for n in range(width))
        path.write_text(f"{names}\n{','.join(['1'] * width)}\n")
        if width == 1_000:
            assert len(sheet_of(path).headers) == width
        else:
            assert "2001 columns" in failure(path)


def test_a_cell_of_a_megabyte_is_kept_and_one_beyond_the_limit_is_named(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("name,note\na," + "x" * 1_000_000 + "\n")
    assert len(cells_of(sheet_of(path))[0][1]) == 1_000_000

    path.write_text("name,note\nb,1\na," + "x" * (17 << 20) + "\n")
    assert "Row 3" in failure(path)


def test_a_sparse_file_is_refused_without_reading_it(tmp_path):
    path = tmp_path / "sparse.csv"
    with path.open("wb") as file:
        file.truncate(5 << 30)
    assert "is binary" in failure(path)

    with path.open("r+b") as file:
        file.write(b"name,amount\n" + b"a,1\n" * 5_000)
    assert "Line 5002 of sparse.csv holds NUL bytes" in failure(path)


def test_what_is_no_file_to_open(tmp_path):
    assert "is a folder" in failure(tmp_path)
    with pytest.raises(ZhibiError, match="does not exist"):
        read(tmp_path / "absent.csv", tmp_path)


def test_a_file_without_permission(tmp_path, monkeypatch):
    path = tmp_path / "locked.csv"
    path.write_text(TEXT)

    def refuse(*_args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # the bits of a file do not stop root
    assert "locked.csv cannot be opened (Permission denied)" in failure(path)


def test_a_staging_folder_that_cannot_be_written(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(TEXT)
    with pytest.raises(ZhibiError, match=r"could not be staged in .*absent"):
        read(path, tmp_path / "absent")


def test_the_content_decides_and_not_the_name(tmp_path):
    path = tmp_path / "orders.xls"
    path.write_text(TEXT.replace(",", "\t"), encoding="gbk")

    sheet = sheet_of(path)

    assert cells_of(sheet) == [["甲公司", "10"], ["乙公司", "20"]]
    (note,) = sheet.notes
    assert in_words(note, "en") == "Is named .xls but was read as delimited text."


def test_a_document_and_an_empty_archive_are_no_tables(tmp_path):
    path = tmp_path / "letter.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
    assert "a document, not a workbook" in failure(path)


@pytest.mark.parametrize(
    "name", ["orders [1].csv", "orders*.csv", "what?.csv", "it's.csv", "订单 导出.csv"]
)
def test_names_with_marks_in_them(tmp_path, name, monkeypatch):
    monkeypatch.setattr("zhibi.tables.ingest.text_files.ENGINE_FROM", 0)
    folder = tmp_path / "it's [x]*"
    folder.mkdir()
    path = folder / name
    path.write_text(TEXT)
    (folder / "orders 1.csv").write_text("another,file\n1,2\n")

    sheet = read(path, folder)[0]

    assert sheet.headers == ("客户", "金额")
    assert sheet.rows == 2


@pytest.mark.parametrize(
    ("name", "rows", "encoding"),
    [
        ("northwind/orders.csv", 830, "utf-8"),
        ("northwind/order_details.csv", 2155, "utf-8"),
        ("northwind/customers.csv", 91, "utf-8"),
        ("northwind/products.csv", 77, "utf-8"),
        ("sap_bikes/SalesOrders.csv", 334, "utf-8"),
        ("sap_bikes/SalesOrderItems.csv", 1930, "utf-8"),
        ("sap_bikes/BusinessPartners.csv", 40, "utf-8"),
    ],
)
def test_published_samples_are_read_whole(tmp_path, name, rows, encoding):
    path = tmp_path / Path(name).name
    path.write_bytes((DATA / name).read_bytes())

    sheet = sheet_of(path)

    assert (sheet.rows, len(sheet.set_aside), sheet.encoding) == (rows, 0, encoding)


def test_leading_zeros_of_a_sample_stay(tmp_path):
    path = tmp_path / "SalesOrders.csv"
    path.write_bytes((DATA / "sap_bikes/SalesOrders.csv").read_bytes())
    assert cells_of(sheet_of(path))[0][0] == "0500000000"
