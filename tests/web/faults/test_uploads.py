"""Uploads that are cut off, announced as too large, or find no room."""

from __future__ import annotations

import socket
import threading
import time
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from tests.web.faults.conftest import Server
from tests.web.matrix.looked import INNARDS
from zhibi.web import failures

ROWS = "订单编号,客户名称,下单日期,金额\n" + "D1,青岛轮胎,2026-01-05,100\n" * 2_000


def multipart(server: Server, content: bytes) -> bytes:
    fields = {"csrfmiddlewaretoken": server.mark, "kind": "", "uid": str(uuid4())}
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    file = '--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n'
    head = "".join(parts) + file + "Content-Type: text/csv\r\n\r\n"
    return head.encode() + content + b"\r\n--b--\r\n"


def sent(server: Server, body: bytes, announced: int, *, address: str = "/data/") -> socket.socket:
    """The request, announced as so long."""
    head = (
        f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {server.cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {announced}\r\n\r\n"
    )
    connection = server.connected()
    connection.sendall(head.encode() + body)
    return connection


def answered(connection: socket.socket) -> str:
    """All that comes back, until the other side ends."""
    text = b""
    with connection:
        while part := connection.recv(65_536):
            text += part
            if b"</html>" in text:
                break
    return text.decode("utf-8", "replace")


def test_a_whole_upload_is_taken(server: Server) -> None:
    body = multipart(server, ROWS.encode())
    before = server.count("data_import")
    connection = sent(server, body, len(body))
    connection.settimeout(10)
    assert " 302 " in connection.recv(65_536).decode().partition("\r\n")[0]
    connection.close()
    assert server.count("data_import") == before + 1


def test_an_upload_cut_off_is_no_import(server: Server) -> None:
    body = multipart(server, ROWS.encode())
    before, kept = server.count("data_import"), files_of(server)
    connection = sent(server, body[: len(body) // 2], len(body))
    connection.shutdown(socket.SHUT_WR)
    page = answered(connection)
    assert server.count("data_import") == before, "half a file was taken for a whole one"
    assert files_of(server) == kept
    assert " 302 " not in page
    assert not [word for word in INNARDS if word in page.lower()]
    assert server.get("/data/")[0] == 200


def test_a_browser_that_goes_away_leaves_nothing(server: Server) -> None:
    body = multipart(server, ROWS.encode())
    before, kept = server.count("data_import"), files_of(server)
    sent(server, body[: len(body) // 2], len(body)).close()
    time.sleep(1)
    assert server.get("/data/")[0] == 200
    assert server.count("data_import") == before
    assert files_of(server) == kept


@pytest.mark.parametrize("address", ["/data/", "/accounts/new", "/sign-in"])
def test_what_is_announced_as_too_large_is_not_read(server: Server, address: str) -> None:
    """Refused by what it says of its length: nothing more is waited for."""
    body = multipart(server, ROWS.encode())
    connection = sent(server, body, 3_000_000_000, address=address)
    connection.settimeout(15)
    page = answered(connection)
    assert page.partition("\r\n")[0].split()[1] == "413"
    assert 'role="alert"' in page
    assert not list((server.home / "uploads").glob("*.upload"))


def test_whoever_sends_on_still_reads_the_answer(rf: RequestFactory, db: None) -> None:
    """A browser sends on while it is refused; were the connection closed over that, it would be
    reset, and the answer lost."""
    ours, theirs = socket.socketpair()
    request = rf.post("/data/")
    request.user, request.META["gunicorn.socket"] = AnonymousUser(), ours
    answer = failures.too_large(request)
    assert answer.status_code == 413
    sending = threading.Thread(target=theirs.sendall, args=(bytes(5_000_000),))
    sending.start()
    began = time.monotonic()
    answer.close()  # the server does, when the answer has been sent
    sending.join(timeout=10)
    assert not sending.is_alive()
    assert time.monotonic() - began < failures.READ_ON_SECONDS
    ours.setblocking(False)
    with pytest.raises(BlockingIOError):
        ours.recv(1)
    ours.close()
    theirs.close()


def files_of(server: Server) -> set[str]:
    return {str(path) for path in (server.home / "uploads").rglob("*") if path.is_file()}
