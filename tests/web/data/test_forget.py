"""Files that name somebody who is erased, or that nobody committed, do not stay."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from xlsxwriter import Workbook

from tests.web.conftest import Accounts, People
from zhibi.web.crm.actions.erase import erase
from zhibi.web.crm.models import Contact
from zhibi.web.data.actions.throw_away import throw_away_uploads
from zhibi.web.data.models import Import
from zhibi.web.data.search import PART, holds
from zhibi.web.data.uploads import folder_of

PHONE = "19900001111"


def waiting(people: People, text: str, state: str = "checked") -> Import:
    files = [{"name": "a.csv", "size": 1}]
    one = Import.objects.create(
        kind="contacts", files=files, seen={"examples": text}, state=state, created_by=people.bob
    )
    path = folder_of(one.uid) / "0" / "a.csv"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="gb18030")
    return one


def test_erasure_reaches_files_that_wait(
    people: People,
    accounts: Accounts,
    workspace: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    named = waiting(people, "姓名,手机\n王敏娜,1\n")
    reached = waiting(people, f"姓名,手机\n王女士,{PHONE}\n", "committed")
    other = waiting(people, "姓名,手机\n王敏,19900002222\n")
    wang = Contact.objects.create(account=accounts.of_bob, name="王敏娜", phone=PHONE)
    with django_capture_on_commit_callbacks(execute=True):
        erase(wang, by=people.dana)
    assert [folder_of(one.uid).exists() for one in (named, reached, other)] == [False, False, True]
    for one in (named, reached, other):
        one.refresh_from_db()
    assert (named.state, named.seen) == ("stuck", None)
    assert "抹除" in named.problem["zh-CN"]
    assert "王敏娜" not in str(named.problem)
    assert (reached.state, reached.seen) == ("committed", {})
    assert (other.state, other.seen["examples"]) == ("checked", "姓名,手机\n王敏,19900002222\n")


def test_what_nobody_commits_goes(people: People, workspace: Path) -> None:
    old, young, done = (waiting(people, "甲", state) for state in ("stuck", "checked", "committed"))
    Import.objects.exclude(pk=young.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert throw_away_uploads() == 1
    assert [folder_of(one.uid).exists() for one in (old, young, done)] == [False, True, True]
    old.refresh_from_db()
    assert "30" in old.problem["en"]
    assert throw_away_uploads() == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "big5", "utf-16"])
def test_words_are_found_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("甲,乙\n王大明,1\n", encoding=encoding)
    assert holds(path, ["王大明"])
    assert not holds(path, ["王小明", "19900001111"])
    assert not holds(path, [])


def test_words_are_found_across_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * (PART - 3) + PHONE.encode() + b"x" * PART)
    assert holds(path, [PHONE])


def test_workbooks_are_searched_and_what_is_locked_counts(tmp_path: Path) -> None:
    book, table, packed = tmp_path / "a.xlsx", tmp_path / "a.parquet", tmp_path / "a.zip"
    with Workbook(book) as workbook:
        workbook.add_worksheet().write_row(0, 0, ["王大明", int(PHONE)])
    pq.write_table(pa.table({"a": ["b"]}), table)
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("b.csv", "王大明".encode("gbk"))
    assert holds(book, ["王大明"])
    assert holds(book, [PHONE])
    assert not holds(book, ["王小明"])
    assert holds(packed, ["王大明"])
    assert not holds(packed, ["王小明"])
    assert holds(table, ["王小明"])
    with zipfile.ZipFile(packed, "a") as archive:
        archive.write(book, "a.xlsx")
    assert holds(packed, ["王小明"])
