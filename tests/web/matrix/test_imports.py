"""Lists that name what the person may not see: refused row by row, telling nothing, writing
nothing; and files that are sent as somebody else's import."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from uuid_utils.compat import uuid7

from tests.web.matrix.looked import innards, leaks, text_of
from tests.web.matrix.test_guessed import hidden_rows
from tests.web.matrix.world import World
from zhibi.web.crm.models import Account
from zhibi.web.data.models import Import
from zhibi.web.data.uploads import folder_of
from zhibi.web.jobs.actions.do import do

Browser = Callable[[str], Client]
CODE = "91370102MA3C1W2X4A"
ACCOUNTS = f"""客户编号,客户名称,统一社会信用代码,行业,员工人数
Zqcharlie-1,新甲公司,,轮胎,81
N2,新乙公司,{CODE},轮胎,82
N3,ZQPOOL公司,,轮胎,83
N4,新丁公司,,轮胎,84
"""
CONTACTS = """客户名称,姓名,职务
ZQCHARLIE公司,ZQCHARLIE人,厂长
ZQCHARLIE公司,新人甲,厂长
ZQREAD公司,新人,厂长
Zqbob公司,新人,厂长
"""


@pytest.fixture
def workspace(world: World, tmp_path: Path) -> Iterator[World]:
    shutil.copy(Path(settings.WORKSPACE) / "zhibi.toml", tmp_path)
    Account.objects.filter(pk=world.planted["charlie"].account.pk).update(credit_code=CODE)
    uploads = tmp_path / "uploads"
    with override_settings(
        WORKSPACE=tmp_path, UPLOADS=uploads, FILE_UPLOAD_TEMP_DIR=uploads, RESULTS=tmp_path / "r"
    ):
        yield world


@pytest.mark.parametrize("kind", ["accounts", "contacts"])
def test_lists(kind: str, workspace: World, browser_of: Browser) -> None:
    browser, hidden = browser_of("bob"), list(workspace.hidden_from("bob"))
    before, seen = hidden_rows(workspace, "bob"), ""
    text = {"accounts": ACCOUNTS, "contacts": CONTACTS}[kind]
    uid = str(uuid7())
    for address, form in (
        ("/data/", {"files": [_file(text)], "kind": kind, "uid": uid}),
        (f"/data/imports/{uid}/commit", {}),
    ):
        answer = browser.post(address, form)
        assert answer.status_code == 302, text_of(answer)
        one = Import.objects.select_related("job").get(uid=uid)
        assert one.job is not None
        do(one.job)
        seen += text_of(browser.get(f"/data/imports/{uid}/"))
        seen += text_of(browser.get(f"/jobs/{one.job.uid}/"))
    rejected = browser.get(f"/data/imports/{uid}/rejected/1")
    seen += text_of(rejected)
    for line in text.splitlines()[1:]:  # what the file itself says is known to who sends it
        for cell in line.split(","):
            seen = seen.replace(cell.lower(), "") if cell else seen
    assert Import.objects.get(uid=uid).state == "committed"
    assert not leaks(seen, hidden)
    assert not innards(seen)
    own_import = [row for row in hidden_rows(workspace, "bob") if uid not in row]
    assert own_import == before
    assert workspace.planted["read"].account.contacts.count() == 2  # Bob only reads it


def test_files_for_the_import_of_somebody_else(workspace: World, browser_of: Browser) -> None:
    theirs = str(uuid7())
    form = {"files": [_file(ACCOUNTS)], "kind": "accounts", "uid": theirs}
    assert browser_of("charlie").post("/data/", form).status_code == 302
    one = Import.objects.get(uid=theirs)
    (kept,) = [path for path in folder_of(one.uid).rglob("*") if path.is_file()]
    before = kept.read_bytes()
    answer = browser_of("bob").post("/data/", {**form, "files": [_file("换掉")]})
    assert answer.status_code == 404
    assert kept.read_bytes() == before
    assert Import.objects.filter(uid=theirs).count() == 1


@pytest.mark.parametrize(
    ("address", "more"),
    [
        ("/accounts/new", {"name": "新公司", "version": "1"}),
        ("/tasks/new", {"title": "新任务", "version": "1"}),
        ("/accounts/views/new", {"name": "新视图"}),
    ],
)
def test_a_new_thing_under_the_uid_of_somebody_elses(
    address: str, more: dict[str, str], world: World, browser_of: Browser
) -> None:
    """The same form sent twice is one thing; a guessed uid is none."""
    hidden = world.planted["charlie"]
    uids = {
        "/accounts/new": hidden.account.uid,
        "/tasks/new": hidden.task.uid,
        "/accounts/views/new": world.views["charlie"].uid,
    }
    form = {**more, "uid": str(uids[address]), "assignee": str(world.people.bob.uid)}
    answer = browser_of("bob").post(address, form)
    assert answer.status_code == 422
    assert 'role="alert"' in text_of(answer)
    assert not leaks(text_of(answer), [hidden])


def _file(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("名单.csv", text.encode("gb18030"))
