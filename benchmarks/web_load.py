"""Fifty people at once: nine pages read for one follow-up written, on a server as it is run.

    python benchmarks/web_load.py --accounts 100000 [--people 50] [--minutes 5] [--think 2]

Starts `zhibi serve` with two processes on the workspace that `web_lists.py` made and keeps it for
the given time. Each person reads one page after another, thinks between them (`--think` seconds on
average, none to two times that), and writes every tenth time. Prints median, p95 and the longest
answer, reads and writes apart, and every answer that was no success.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
PORT = 8190
READS = ("/", "/accounts/", "/accounts/?sort=-sales", "/search?q=华数", "account", "/tasks/")
WRITE_EVERY = 10
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
UID = re.compile(r'name="uid" value="([^"]+)"')


@dataclass(slots=True)
class Seen:
    """What one person met."""

    reads: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in, and some accounts of theirs."""

    cookie: str
    accounts: tuple[str, ...]


def signed_in(people: int) -> list[Person]:
    """Sessions made in the database: the sign-in itself is slow on purpose."""
    from django.conf import settings
    from django.test import Client

    from zhibi.web.crm.access import accounts_of
    from zhibi.web.team.models import User

    found = []
    for user in User.objects.filter(username__startswith="p").order_by("pk")[:people]:
        client = Client()
        client.force_login(user)
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        own = accounts_of(user).values_list("uid", flat=True)[:20]
        cookie = f"{settings.SESSION_COOKIE_NAME}={key}"
        found.append(Person(cookie, tuple(str(uid) for uid in own)))
    return found


def asked(person: Person, path: str, *, body: str = "", cookie: str = "") -> tuple[int, str, str]:
    """Status, text and the form's cookie of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    headers = {"Cookie": "; ".join(filter(None, (person.cookie, cookie)))}
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    path = re.sub("[^\x00-\x7f]+", lambda found: urlencode({"": found[0]})[1:], path)
    connection.request("POST" if body else "GET", path, body=body.encode(), headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    given = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    connection.close()
    return answer.status, text, given


def timed(into: list[float], seen: Seen, *request: str, person: Person, **more: str) -> str:
    """The text of an answer; its time and what was wrong with it are written down."""
    began = time.perf_counter()
    try:
        status, text, cookie = asked(person, *request, **more)
    except OSError as problem:
        status, text, cookie = 0, "", ""
        seen.failures.append(f"{request[0]}: {problem}")
    into.append((time.perf_counter() - began) * 1000)
    if status >= 400:
        seen.failures.append(f"{request[0]}: {status}")
    return f"{cookie}\n{text}"


def work(person: Person, seen: Seen, until: float, think: float, seed: int) -> None:
    chance = random.Random(seed)
    time.sleep(chance.uniform(0, 2 * think))
    turn = 0
    while time.monotonic() < until:
        turn += 1
        account = chance.choice(person.accounts)
        if turn % WRITE_EVERY:
            page = chance.choice(READS)
            page = f"/accounts/{account}/" if page == "account" else page
            timed(seen.reads, seen, page, person=person)
        else:
            write(person, seen, f"/accounts/{account}/follow-up")
        time.sleep(chance.uniform(0, 2 * think))


def write(person: Person, seen: Seen, address: str) -> None:
    """Open the form, which is a read, and send it."""
    cookie, _, form = timed(seen.reads, seen, address, person=person).partition("\n")
    token, uid = TOKEN.search(form), UID.search(form)
    if not (token and uid):
        seen.failures.append(f"{address}: no form")
        return
    said = {"csrfmiddlewaretoken": token[1], "uid": uid[1], "kind": "call", "text": "问了交期"}
    timed(seen.writes, seen, address, person=person, body=urlencode(said), cookie=cookie)


def told(name: str, times: list[float]) -> str:
    p95 = quantiles(times, n=20)[-1]
    spread = f"median {median(times):.0f} ms, p95 {p95:.0f} ms, longest {max(times):.0f} ms"
    return f"{name}: {len(times)}, {spread}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--think", type=float, default=2)
    given = parser.parse_args()
    home = HERE / "data" / f"web-{given.accounts}"
    os.environ["ZHIBI_HOME"] = str(home)
    if not (home / "zhibi.toml").exists():
        (home / "zhibi.toml").write_text('name = "load"\n', encoding="utf-8")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhibi.web.settings")
    import django

    django.setup()
    people = signed_in(given.people)
    command = [str(Path(sys.executable).with_name("zhibi")), "--workspace", str(home)]
    server = subprocess.Popen([*command, "serve", "--port", str(PORT), "--workers", "2"])
    try:
        report(people, given)
    finally:
        server.terminate()
        server.wait(30)


def report(people: list[Person], given: argparse.Namespace) -> None:
    for _ in range(120):
        try:
            asked(people[0], "/sign-in")
            break
        except OSError:
            time.sleep(0.5)
    seen = [Seen() for _ in people]
    until = time.monotonic() + given.minutes * 60
    threads = [
        threading.Thread(target=work, args=(person, one, until, given.think, number))
        for number, (person, one) in enumerate(zip(people, seen, strict=True))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(told("reads", [ms for one in seen for ms in one.reads]))
    print(told("writes", [ms for one in seen for ms in one.writes]))
    failures = [text for one in seen for text in one.failures]
    print(f"failures {len(failures)}", *failures[:20], sep="\n  ")


if __name__ == "__main__":
    main()
