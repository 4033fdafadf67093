"""From a dropped file to the commit and back: as a person does it, page by page."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.web.conftest import Accounts, People
from tests.web.data.conftest import ORDERS, file, worked
from zhibi import run
from zhibi.web.crm.actions.search_terms import index_accounts
from zhibi.web.crm.models import Account, Contact
from zhibi.web.data import uploads
from zhibi.web.data.actions.throw_away import throw_away_uploads
from zhibi.web.data.models import Import
from zhibi.web.data.search import holds
from zhibi.web.data.uploads import folder_of, lines_of, safe_name
from zhibi.web.data.views import data as data_view
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import User

SignedIn = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("workspace")


def dropped(browser: Client, *files: SimpleUploadedFile, kind: str = "") -> str:
    """Upload files; the uid of the import."""
    answer = browser.post("/data/", {"files": list(files), "kind": kind, "uid": uuid4()})
    assert answer.status_code == 302, answer.content.decode()
    return answer.url.split("/")[-2]


def page(browser: Client, uid: str) -> str:
    answer = browser.get(f"/data/imports/{uid}/")
    assert answer.status_code == 200
    return answer.content.decode()


def step(browser: Client, uid: str, name: str, **form: object) -> int:
    return browser.post(f"/data/imports/{uid}/{name}", form).status_code


def orders_in(workspace: Path) -> int:
    lake = run.open_workspace(workspace).lake
    return sum(one.undone_by is None for one in lake.imports() if one.action == "import")


def test_orders_in_gbk(people: People, signed_in: SignedIn, workspace: Path) -> None:
    browser = signed_in(people.fay)
    uid = dropped(browser, file(ORDERS))
    assert "parts/job" not in page(browser, uid)
    one = worked(uid)
    assert one.state == "checked"
    assert one.seen["sheets"][0]["encoding"].lower().startswith("gb")
    counts = one.seen["tables"][0]
    assert (counts["rows_read"], counts["new"], counts["rejected"]) == (5, 3, 1)
    shown = page(browser, uid)
    assert "不知道" in shown
    assert "102,000.10" in shown or "100,000.10" in shown
    rejected = browser.get(f"/data/imports/{uid}/rejected/1")
    assert "不知道" in b"".join(rejected.streaming_content).decode("utf-8-sig")
    assert orders_in(workspace) == 0
    assert step(browser, uid, "commit") == 302
    one = worked(uid)
    assert (one.state, one.import_id) == ("committed", "i0001")
    assert orders_in(workspace) == 1
    assert Job.objects.filter(kind="take_figures").exists()
    assert step(browser, uid, "commit") == 422
    assert step(browser, uid, "undo") == 302
    assert worked(uid).state == "undone"
    assert orders_in(workspace) == 0
    assert step(browser, uid, "undo") == 422


def test_a_commit_done_twice_is_done_once(
    people: People, signed_in: SignedIn, workspace: Path
) -> None:
    """A worker killed after the commit and before it wrote that down does the job again."""
    browser = signed_in(people.fay)
    uid = dropped(browser, file(ORDERS))
    worked(uid)
    step(browser, uid, "commit")
    worked(uid)
    Import.objects.update(state="checked", import_id="", committed_at=None)
    Job.objects.update(state="queued")
    one = worked(uid)
    assert (one.state, one.import_id) == ("committed", "i0001")
    assert orders_in(workspace) == 1


def test_a_column_is_named_by_hand(people: People, signed_in: SignedIn) -> None:
    strange = ORDERS.replace("客户名称", "甲乙丙").replace("金额(不含税)", "丁戊")
    browser = signed_in(people.fay)
    uid = dropped(browser, file(strange), kind="order_lines")
    one = worked(uid)
    assert one.state == "stuck"
    assert "丁戊" in page(browser, uid) or one.problem["zh-CN"]
    headers = [column["header"] for column in one.seen["sheets"][0]["columns"]]
    form = {
        f"column-0-{headers.index('甲乙丙')}": "customer_name",
        f"column-0-{headers.index('丁戊')}": "amount",
        "kind": "order_lines",
    }
    assert step(browser, uid, "answer", **form) == 302
    one = worked(uid)
    assert one.state == "checked", one.problem
    assert one.answers["columns"] == {"甲乙丙": "customer_name", "丁戊": "amount"}
    step(browser, uid, "answer", kind="order_lines", tax_rate="")
    assert worked(uid).state == "checked"


def test_amounts_with_tax_ask_for_the_rate(people: People, signed_in: SignedIn) -> None:
    browser = signed_in(people.fay)
    uid = dropped(browser, file(ORDERS.replace("金额(不含税)", "价税合计")))
    assert worked(uid).state == "stuck"
    assert step(browser, uid, "answer", tax_rate="many") == 422
    assert step(browser, uid, "answer", tax_rate="13%") == 302
    one = worked(uid)
    assert one.state == "checked", one.problem


def test_a_list_of_ones_own(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    index_accounts(list(Account.objects.all()))
    browser = signed_in(people.bob)
    text = "客户名称,行业\n青岛轮胎,轮胎\n新华纺织,棉纺\n中棉纺织,棉纺\n"
    uid = dropped(browser, file(text), kind="accounts")
    one = worked(uid)
    assert one.seen["counts"] == {"new": 1, "changed": 1, "unchanged": 0, "rejected": 1}
    assert "新华纺织" in page(browser, uid)
    (folder_of(one.uid) / "0" / one.files[0]["name"]).unlink()  # what was shown is what is done
    assert step(browser, uid, "commit") == 302
    assert worked(uid).state == "committed"
    assert not list(folder_of(one.uid).rglob("*.arrow"))
    assert Account.objects.get(name="新华纺织").owner == people.bob
    assert step(browser, uid, "undo") == 302
    assert worked(uid).state == "undone"
    assert Account.objects.get(name="新华纺织").deleted_at


def test_contacts(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    index_accounts(list(Account.objects.all()))
    browser = signed_in(people.bob)
    text = "客户名称,姓名,手机\n青岛轮胎,王敏,19900001111\n没有这家,赵强,1\n"
    uid = dropped(browser, file(text, "联系人.csv"), kind="contacts")
    one = worked(uid)
    assert holds(lines_of(one.uid), ["王敏"])
    assert not holds(lines_of(one.uid), ["王小敏"])
    lines_of(one.uid).unlink()  # it was looked at by an older version
    step(browser, uid, "commit")
    assert worked(uid).state == "committed"
    assert Contact.objects.get().name == "王敏"


def test_a_salesperson_brings_lists_only(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    browser = signed_in(people.bob)
    answer = browser.post("/data/", {"files": [file(ORDERS)], "kind": "order_lines"})
    assert answer.status_code == 403
    uid = dropped(browser, file("客户名称\n新华纺织\n"), kind="accounts")
    assert step(browser, uid, "answer", kind="order_lines") == 403
    assert browser.get("/data/quality").status_code == 403


def test_imports_of_others_are_not_found(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    uid = dropped(signed_in(people.bob), file("客户名称\n新华纺织\n"), kind="accounts")
    worked(uid)
    for name in ("", "rejected/1"):
        assert signed_in(people.charlie).get(f"/data/imports/{uid}/{name}").status_code == 404
    for name in ("answer", "commit", "undo", "forget"):
        assert step(signed_in(people.charlie), uid, name) == 404
        assert step(signed_in(people.fay), uid, name) in (403, 422), name
    assert "新华纺织" not in signed_in(people.charlie).get("/data/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        SimpleUploadedFile("leer.csv", b""),
        SimpleUploadedFile("bild.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
        SimpleUploadedFile("a.xlsx", b"PK\x03\x04 torn"),
        SimpleUploadedFile("<b>.csv", "甲,乙\n1,2\n".encode()),
    ],
)
def test_what_cannot_be_read_is_a_sentence(
    people: People, signed_in: SignedIn, wrong: SimpleUploadedFile
) -> None:
    browser = signed_in(people.fay)
    uid = dropped(browser, wrong)
    one = worked(uid)
    assert one.state == "stuck"
    shown = page(browser, uid)
    assert "Traceback" not in shown
    assert "<b>.csv" not in shown
    assert step(browser, uid, "commit") == 422
    assert step(browser, uid, "forget") == 302
    assert browser.get(f"/data/imports/{uid}/").status_code == 404


def test_no_file_and_a_form_sent_again(people: People, signed_in: SignedIn) -> None:
    browser = signed_in(people.fay)
    assert browser.post("/data/", {"kind": ""}).status_code == 422
    form = {"kind": "", "uid": uuid4()}
    first = browser.post("/data/", form | {"files": [file(ORDERS)]})
    again = browser.post("/data/", form | {"files": [file(ORDERS)]})
    assert first.url == again.url
    assert Import.objects.count() == 1


@pytest.mark.parametrize(
    ("where", "what"),
    [(uploads.shutil, "copyfile"), (uploads.TemporaryFileUploadHandler, "receive_data_chunk")],
    ids=["when it is kept", "on its way in"],
)
def test_a_full_disk_keeps_nothing(
    people: People,
    signed_in: SignedIn,
    monkeypatch: pytest.MonkeyPatch,
    workspace: Path,
    where: object,
    what: str,
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(where, what, full)
    answer = signed_in(people.fay).post("/data/", {"files": [file(ORDERS)], "kind": ""})
    assert answer.status_code == 422
    assert "空间" in answer.content.decode()
    assert not Import.objects.exists()
    assert not list((workspace / "uploads").iterdir())


def test_files_without_a_row_are_taken_anew_or_go(
    people: People, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    """A server that dies between keeping the files and asking for the work."""

    def died(*_: object, **__: object) -> None:
        raise RuntimeError

    browser, form = signed_in(people.fay), {"kind": "", "uid": str(uuid4())}
    with monkeypatch.context() as now:
        now.setattr(data_view, "ask", died)
        with pytest.raises(RuntimeError):
            browser.post("/data/", form | {"files": [file(ORDERS)]})
    assert not Import.objects.exists()
    assert browser.post("/data/", form | {"files": [file(ORDERS)]}).status_code == 302
    assert worked(form["uid"]).state == Import.State.CHECKED
    folders = [uploads.folder_of(UUID(form["uid"])), uploads.folder_of(uuid4())]
    folders[1].mkdir()
    (workspace / "uploads" / "a.upload").touch()
    throw_away_uploads()
    assert all(folder.exists() for folder in folders)  # somebody's upload may be going on
    two_days_ago = time.time() - 2 * 24 * 3600
    for path in (workspace / "uploads").iterdir():
        os.utime(path, (two_days_ago, two_days_ago))
    throw_away_uploads()
    assert list((workspace / "uploads").iterdir()) == folders[:1]
    Import.objects.update(deleted_at=timezone.now())  # and what was thrown away goes, too
    throw_away_uploads()
    assert not list((workspace / "uploads").iterdir())


def test_too_large_is_refused_before_it_is_kept(
    people: People, signed_in: SignedIn, settings: object, workspace: Path
) -> None:
    settings.MAX_UPLOAD_BYTES = 100  # type: ignore[attr-defined]
    answer = signed_in(people.fay).post("/data/", {"files": [file(ORDERS)], "kind": ""})
    assert answer.status_code == 413
    assert not (workspace / "uploads").exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\订单.csv", "订单.csv"),
        ("..", "file"),
        ("", "file"),
        (".htaccess", "htaccess"),
    ],
)
def test_names_lead_nowhere(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@pytest.mark.parametrize("ending", [".xlsx", "", "." + "x" * 300])
def test_long_names_keep_their_ending(ending: str) -> None:
    name = safe_name("订" * 300 + ending)
    assert name.startswith("订")
    assert name.endswith(".xlsx") == (ending == ".xlsx")
    assert 100 < len(name.encode()) <= 120


def test_nothing_else_is_done_while_a_step_is(
    people: People, signed_in: SignedIn, workspace: Path
) -> None:
    """A commit would do what nobody was shown: the files are being read in another way."""
    browser = signed_in(people.fay)
    uid = dropped(browser, file(ORDERS))
    assert worked(uid).state == "checked"
    other_way = {"kind": "", "date_order": "dmy"}
    assert step(browser, uid, "answer", **other_way) == 302
    assert step(browser, uid, "answer", **other_way) == 302  # the same form sent again
    assert step(browser, uid, "answer", kind="", date_order="ymd") == 422
    assert step(browser, uid, "commit") == 422
    assert Import.objects.get(uid=uid).answers["date_order"] == "dmy"
    assert worked(uid).state == "checked"
    assert step(browser, uid, "commit") == 302
    assert step(browser, uid, "commit") == 302
    assert step(browser, uid, "forget") == 422
    assert worked(uid).state == "committed"


def test_quality(people: People, signed_in: SignedIn, workspace: Path) -> None:
    browser = signed_in(people.dana)
    uid = dropped(browser, file(ORDERS))
    worked(uid)
    step(browser, uid, "commit")
    worked(uid)
    assert browser.get("/data/quality").status_code == 200
    from zhibi.web.jobs.actions.do import do

    do(Job.objects.get(kind="look_at_quality"))
    shown = browser.get("/data/quality").content.decode()
    assert "102,000" in shown or "100,000.10" in shown
    assert Job.objects.filter(kind="look_at_quality").count() == 1
