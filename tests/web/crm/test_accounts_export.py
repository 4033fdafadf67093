"""Exports: what the list shows, harmless in a spreadsheet, within the scope, written down."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.test import Client

from tests.web.conftest import Accounts, People
from zhibi.web.crm.actions.export import file_of, throw_away_exports
from zhibi.web.crm.models import Account, Contact
from zhibi.web.crm.views import export as export_view
from zhibi.web.jobs.actions.do import do
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import Change, User

SignedIn = Callable[[User], Client]
COLUMNS = "columns=owner.sales.last-order.region"


def rows_of(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(content.decode("utf-8-sig"))))


def test_csv_holds_what_the_list_shows(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    Account.objects.filter(pk=accounts.of_bob.pk).update(
        sales=Decimal("1234567.89"), region="=cmd|' /C calc'!A0", last_order_on="2026-03-01"
    )
    Contact.objects.create(account=accounts.of_bob, name="王敏", phone="13812345678")
    browser = signed_in(people.alice)
    assert browser.get(f"/accounts/export?{COLUMNS}").status_code == 200
    answer = browser.post(f"/accounts/export?{COLUMNS}&sort=-sales", {"kind": "csv"})
    heads, first, second = rows_of(answer.content)
    assert len(heads) == 6
    assert first[:5] == ["青岛轮胎", "Bob", "1234567.89", "2026-03-01", "'=cmd|' /C calc'!A0"]
    assert second[:3] == ["华数机械", "Alice", ""]
    assert b"138" not in answer.content
    noted = Change.objects.get(what="exported")
    assert (noted.by, noted.after) == (people.alice, "2 csv ?")


def test_xlsx_has_numbers_days_and_no_formula(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    Account.objects.filter(pk=accounts.of_bob.pk).update(
        name="=1+1", sales=Decimal("10.50"), last_order_on="2026-03-01"
    )
    answer = signed_in(people.bob).post(f"/accounts/export?{COLUMNS}", {"kind": "xlsx"})
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    name, owner, sales, last = (sheet.cell(2, at) for at in range(1, 5))
    assert (name.value, name.data_type) == ("=1+1", "s")
    assert (owner.value, sales.value) == ("Bob", 10.5)
    assert str(last.value)[:10] == "2026-03-01"
    assert sheet.max_row == 2


def test_a_long_list_is_a_job(
    people: People, accounts: Accounts, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_view, "AT_ONCE", 1)
    browser = signed_in(people.alice)
    answer = browser.post("/accounts/export?owner=" + str(people.bob.uid), {"kind": "csv"})
    assert answer.status_code == 200  # one account only
    page = browser.post(f"/accounts/export?{COLUMNS}", {"kind": "csv"})["Location"]
    job = Job.objects.get()
    assert browser.get(page).status_code == 200
    assert browser.get(f"{page}file").status_code == 404
    do(job)
    assert job.result == {"rows": 2}
    file = browser.get(f"{page}file")
    assert len(rows_of(b"".join(file.streaming_content))) == 3
    for other in (people.bob, people.fay):
        assert signed_in(other).get(page).status_code == 404
        assert signed_in(other).get(f"{page}file").status_code == 404


@pytest.mark.parametrize("kind", ["", "exe", "../../x"])
def test_other_kinds_are_asked_again(
    people: People, accounts: Accounts, signed_in: SignedIn, kind: str
) -> None:
    answer = signed_in(people.bob).post("/accounts/export", {"kind": kind})
    assert answer.status_code == 200
    assert not Change.objects.filter(what="exported").exists()


def test_files_lie_for_a_week_and_for_their_server_alone(db: None) -> None:
    old, new = (file_of({"file": name, "kind": "csv"}) for name in ("old", "new"))
    for path in (old, new):
        path.write_text("x", encoding="utf-8")
    eight_days_ago = time.time() - 8 * 24 * 3600
    os.utime(old, (eight_days_ago, eight_days_ago))
    throw_away_exports()
    assert (old.exists(), new.exists()) == (False, True)
    assert old.parent.stat().st_mode & 0o077 == 0
