"""Files of an account: kept under their hash, fetched within scope, never shown as a page."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.web.conftest import Accounts, People
from zhibi.web.crm.actions import attach as action
from zhibi.web.crm.actions.attach import path_of
from zhibi.web.crm.models import Account, Attachment
from zhibi.web.team.models import User

SignedIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "attachments"
    return Path(settings.MEDIA_ROOT)


def address(account: Account, part: str = "") -> str:
    return f"/accounts/{account.uid}/attachments{part}"


def upload(name: str = "合同 1.pdf", content: bytes = b"<script>") -> SimpleUploadedFile:
    file = SimpleUploadedFile("x", content)
    file._name = name  # as a client that does not clean it would send it
    return file


def test_a_file_is_kept_and_fetched(
    people: People, accounts: Accounts, signed_in: SignedIn, folder: Path
) -> None:
    client, account = signed_in(people.bob), accounts.of_bob
    assert client.post(address(account), {"file": upload()}).status_code == 302
    kept = Attachment.objects.get()
    assert (kept.name, kept.size, kept.content_type) == ("合同 1.pdf", 8, "application/pdf")
    assert path_of(kept.sha256).read_bytes() == b"<script>"
    page = client.get(address(account, f"/{kept.uid}/"))
    assert b"".join(page.streaming_content) == b"<script>"
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Content-Security-Policy"].startswith("sandbox")
    assert "合同 1.pdf" in client.get(f"/accounts/{account.uid}/file/").content.decode()
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [kept.sha256]


def test_only_within_scope(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    signed_in(people.bob).post(address(accounts.of_bob), {"file": upload()})
    kept = Attachment.objects.get()
    own = address(accounts.of_bob, f"/{kept.uid}/")
    page = signed_in(people.erin).get(own)
    assert b"".join(page.streaming_content)
    assert signed_in(people.erin).post(own + "remove").status_code == 403
    assert (
        signed_in(people.erin).post(address(accounts.of_bob), {"file": upload()}).status_code == 403
    )
    charlie = signed_in(people.charlie)
    assert charlie.get(own).status_code == 404
    assert charlie.get(address(accounts.of_charlie, f"/{kept.uid}/")).status_code == 404
    assert charlie.post(own + "remove").status_code == 404
    assert charlie.post(address(accounts.of_bob), {"file": upload()}).status_code == 404
    assert signed_in(people.bob).post(own + "remove").status_code == 302
    assert signed_in(people.bob).get(own).status_code == 404


@pytest.mark.parametrize(
    "name", ["x.exe", "X.BAT", "a.pdf.js", "x.html", "x.svg", "x.xlsm", "..", ".", " ", "a.exe ."]
)
def test_what_runs_or_is_no_name_is_refused(
    people: People, accounts: Accounts, signed_in: SignedIn, name: str, folder: Path
) -> None:
    page = signed_in(people.bob).post(address(accounts.of_bob), {"file": upload(name)})
    assert page.status_code == 422
    assert not Attachment.objects.exists()
    assert not list(folder.rglob("*"))


def test_paths_are_never_names(accounts: Accounts) -> None:
    for name in ("../../etc/passwd", "C:\\x.pdf", "a/b.pdf", "a\0.pdf", ""):
        with pytest.raises(action.ZhibiError):
            action.safe_name(name)
    assert action.safe_name("合同\u202e\r\n.pdf") == "合同.pdf"
    assert len(action.safe_name("x" * 300 + ".pdf")) == 200
    assert len(action.safe_name("x." + "y" * 300)) == 200


def test_too_large_empty_and_missing(
    people: People, accounts: Accounts, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(people.bob)
    assert client.post(address(accounts.of_bob)).status_code == 422
    assert client.post(address(accounts.of_bob), {"file": upload(content=b"")}).status_code == 422
    monkeypatch.setattr(action, "MAX_BYTES", 7)
    assert client.post(address(accounts.of_bob), {"file": upload()}).status_code == 422
    announced = {"CONTENT_LENGTH": "2000000000"}
    page = client.post(address(accounts.of_bob), {"file": upload()}, **announced)
    assert page.status_code == 422  # and nothing of it was read
    assert not Attachment.objects.exists()


def test_a_full_disk_is_a_sentence(
    people: People,
    accounts: Accounts,
    signed_in: SignedIn,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    page = signed_in(people.bob).post(address(accounts.of_bob), {"file": upload()})
    assert page.status_code == 422
    assert "磁盘已满" in page.content.decode()
    assert not [path for path in folder.rglob("*") if path.is_file()]
    assert not Attachment.objects.exists()


def test_what_a_killed_server_left_goes(
    people: People, accounts: Accounts, signed_in: SignedIn, folder: Path
) -> None:
    signed_in(people.bob).post(address(accounts.of_bob), {"file": upload()})
    kept = path_of(Attachment.objects.get().sha256)
    stray, fresh, part = kept.parent / ("a" * 64), kept.parent / ("b" * 64), folder / ".part-x"
    two_days_ago = time.time() - 2 * 24 * 3600
    for path in (stray, fresh, part):
        path.touch()
    for path in (kept, stray, part):
        os.utime(path, (two_days_ago, two_days_ago))
    action.throw_away_attachments()
    assert [path.exists() for path in (kept, fresh, stray, part)] == [True, True, False, False]


def test_a_form_without_our_mark_is_refused(people: People, accounts: Accounts) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.bob)
    page = client.post(address(accounts.of_bob), {"file": upload()})
    assert page.status_code == 403
    assert not Attachment.objects.exists()


def test_a_lost_file_is_a_sentence(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    client = signed_in(people.bob)
    client.post(address(accounts.of_bob), {"file": upload()})
    kept = Attachment.objects.get()
    path_of(kept.sha256).unlink()
    assert client.get(address(accounts.of_bob, f"/{kept.uid}/")).status_code == 422
