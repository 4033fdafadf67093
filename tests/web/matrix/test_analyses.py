"""Analyses, reports and their files, made by the worker from a lake that holds everybody's orders:
nothing in them is of a customer the person may not see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from tests.methods.given import line
from tests.web.insight.conftest import bring
from tests.web.matrix.looked import body_of, innards, leaks, text_of
from tests.web.matrix.routes import OF_ANALYSES, known
from tests.web.matrix.world import OWNERS, SALES, SEES, World, word_of
from zhibi.tables.settings import Settings
from zhibi.tables.workspace import Workspace
from zhibi.web.jobs.actions.do import do
from zhibi.web.jobs.models import Job

Browser = Callable[[str], Client]
PAGES = {  # of each question its page, and some of its files
    "concentration": ("", "file?format=html", "file?format=xlsx"),
    "purchase_rhythm": ("", "file?format=csv&table=0"),
    "reports/key-accounts": ("",),
}
DAY = date(2024, 12, 31)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lake")
    workspace = Workspace.create(folder, Settings(name="测试公司", currency="CNY"))
    bring(workspace, "customers", [_customer(key) for key in SALES], folder / "customers.csv")
    lines = [row for key in SALES for row in _lines(key)]
    bring(workspace, "order_lines", lines, folder / "order_lines.csv")
    return folder


@pytest.fixture
def asked_of(world: World, lake: Path, tmp_path: Path) -> Iterator[World]:
    with override_settings(WORKSPACE=lake, RESULTS=tmp_path / "results"):
        yield world


@pytest.mark.slow
@pytest.mark.parametrize("who", ["bob"])
def test_analyses(who: str, asked_of: World, browser_of: Browser) -> None:
    browser, hidden = browser_of(who), list(asked_of.hidden_from(who))
    wrong, own = [], word_of(who).lower()
    for question, ways in PAGES.items():
        for way in ways:
            address = reverse("analysis", args=[question]) + way
            wrong += _wrong(browser, address, hidden, "" if "csv" in way else own)
    review = reverse("account-review", args=[asked_of.planted[who].account.uid])
    wrong += _wrong(browser, review, hidden, own)
    for job in Job.objects.filter(by=asked_of.user(who)):
        wrong += _wrong(browser, reverse("job", args=[job.uid]), hidden, "")
    assert not wrong, "\n".join(wrong)


def test_the_analysis_of_all_holds_all(asked_of: World, browser_of: Browser) -> None:
    """What the test above looks for would be found."""
    address = reverse("analysis", args=["concentration"])
    text = text_of(_made(browser_of("fay"), address))
    everybody = {word_of(key).lower() for key in OWNERS if key != "gone"}
    assert everybody <= set(leaks(text, list(asked_of.planted.values())))


@pytest.mark.parametrize("of", ["alice", "charlie", "gone"])
def test_a_review_of_what_is_hidden(of: str, asked_of: World, browser_of: Browser) -> None:
    """By its page, and by its number as a parameter."""
    browser, hidden = browser_of("bob"), list(asked_of.hidden_from("bob"))
    one = asked_of.planted[of]
    assert browser.get(reverse("account-review", args=[one.account.uid])).status_code == 404
    number = f"{word_of(of)}-1"
    answer = _made(browser, f"{reverse('analysis', args=['account_review'])}?customer_id={number}")
    text = text_of(answer).replace(number.lower(), "")
    assert not leaks(text, hidden)
    assert not innards(text)


def test_who_opens_analyses(asked_of: World, browser_of: Browser) -> None:
    """Everybody, of their own; sending needs a form."""
    browser = browser_of("erin")
    for name in known(OF_ANALYSES):
        if name in ("analyse-again", "save-analysis"):
            status = browser.get(reverse(name, args=["concentration"])).status_code
            assert status == (405 if name == "analyse-again" else 200)
    finding = reverse("decide-on-analysis", args=["concentration", "0" * 16, "not-so"])
    assert browser.get(finding).status_code == 404
    assert {key for key in OWNERS if key in SEES["erin"]} == set(OWNERS)


def _wrong(browser: Client, address: str, hidden: list[Any], own: str) -> list[str]:
    answer = _made(browser, address)
    text, found = text_of(answer), []
    if answer.status_code != 200:
        found.append(f"{address}: {answer.status_code}")
    if own not in text:
        found.append(f"{address} says nothing of one's own")
    if seen := leaks(text, hidden):
        found.append(f"{address} leaks {seen[:4]}")
    if seen := innards(text):
        found.append(f"{address} shows {seen}")
    return found


def _made(browser: Client, address: str) -> Any:
    """The page when the worker has done what it asks for."""
    answer = browser.get(address)
    queued = Job.objects.filter(state=Job.State.QUEUED, kind="analysis")
    if queued:
        body_of(answer)
        for job in queued:
            do(job)
        answer = browser.get(address)
    return answer


def _customer(key: str) -> dict[str, Any]:
    word = word_of(key)
    return {
        "customer_id": f"{word}-1", "name": f"{word}公司", "industry": f"{word}行业",
        "owner": f"{word}员", "source": f"{word}来源", "region": f"{word}区",
    }  # fmt: skip


def _lines(key: str) -> list[dict[str, Any]]:
    """Two years, every month or so, and then nothing for a while; a product of one's own."""
    word, monthly = word_of(key), Decimal(SALES[key])
    return [
        line(
            f"{word}-1", f"{word}-o{month}", DAY - timedelta(days=70 + 29 * month), str(monthly),
            product_id=f"{word}p", product_name=f"{word}机", quantity=Decimal(1),
        )
        for month in range(24)
    ]  # fmt: skip
