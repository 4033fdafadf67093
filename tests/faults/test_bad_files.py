"""Files that cannot be imported, and words on the command line that mean nothing.

What the import says of files that are plainly no orders is in test_cli_data.py too.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from tests.faults.shell import refused, refused_here, run, run_here
from tests.tables.ingest.bringing import HEADER

GOOD = "A1,C1,甲有限公司,2024-05-02,P1,1,100.00"


def _zip_of(path: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.write(f"{HEADER}\n{GOOD}\n".encode())
        file.truncate(5 << 30)


def _encrypted(path: Path) -> None:
    entry = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000) + entry + bytes(1_000))


def _two_encodings(path: Path) -> None:
    path.write_bytes(f"{HEADER}\n{GOOD}\n".encode("gbk") * 40 + f"{GOOD}\n".encode() * 3)


BAD_FILES = {
    "no_header.csv": (lambda path: path.write_text(f"{GOOD}\n{GOOD}\n"), "en", "row 1"),
    "encrypted.xlsx": (_encrypted, "en", "password"),
    "encrypted2.xlsx": (_encrypted, "zh-CN", "密码"),
    "bomb.zip": (lambda path: _zip_of(path, "a.csv", bytes(100 << 20)), "en", "unpacks to"),
    "bomb.xlsx": (
        lambda path: _zip_of(path, "xl/workbook.xml", bytes(100 << 20)),
        "zh-CN",
        "MB",
    ),
    "sparse.csv": (_sparse, "en", "is binary"),
    "wide.csv": (
        lambda path: path.write_text(",".join(f"列{n}" for n in range(2_500)) + "\n1,2\n"),
        "en",
        "2500 columns",
    ),
    "cell.csv": (
        lambda path: path.write_text(f"{HEADER}\n{GOOD}{'9' * (17 << 20)}\n"),
        "en",
        "Row 2",
    ),
    "nul.csv": (lambda path: path.write_text(f"{HEADER}\n{GOOD}\0\n"), "zh-CN", "2"),
    "encodings.csv": (_two_encodings, "en", "ine 81"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_read(empty: Path, tmp_path: Path, name: str) -> None:
    make, language, part = BAD_FILES[name]
    make(tmp_path / name)

    words = ("import", tmp_path / name, "--yes")
    if language == "en":
        sentence = refused_here(*words, workspace=empty)
    else:
        sentence = refused(*words, workspace=empty, language=language)

    assert name in sentence
    assert part in sentence
    assert ("请" in sentence) == (language == "zh-CN")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["report", "-o", "none/r.html"], "the folder none does not exist"),
        (
            ["analyze", "rfm", "--format", "xlsx", "-o", "none/r.xlsx"],
            "the folder none does not exist",
        ),
        (["report", "no-such"], "key-accounts"),
        (["analyze", "no-such"], "purchase_rhythm"),
        (["report", "--as-of", "2001-01-01"], "up to 2001-01-01"),
        (["report", "--as-of", "0001-01-01"], "1900 to 2899"),
        (["analyze", "purchase-rhythm", "--as-of", "9999-12-31"], "1900 to 2899"),
        (["undo", "i0099"], "no import i0099"),
    ],
)
def test_a_wrong_option(workspace: Path, words: list[str], part: str) -> None:
    assert part in refused_here(*words, workspace=workspace)


@pytest.mark.parametrize("words", [["analyze", "rfm", "--no-such"], ["no-such"], ["import"]])
def test_a_wrong_command_line(workspace: Path, words: list[str]) -> None:
    ended = run_here(*words, cwd=workspace)

    assert ended.code == 2
    assert "Error: " in ended.err


@pytest.mark.long
def test_far_in_the_future_all_accounts_are_long_gone(workspace: Path) -> None:
    assert run("report", "--as-of", "2400-02-29", "-o", "r.html", cwd=workspace).code == 0


def test_a_report_on_nothing(empty: Path) -> None:
    assert "还没有订单" in refused("report", workspace=empty, language="zh-CN")
    assert not list(empty.glob("*.html"))
