"""Files of an analysis: cut to the reader's accounts, with all rows, named for people, noted."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.web.insight.conftest import Company
from zhibi.web.insight.models import Analysis
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import Change, User

Work = Callable[[], list[Job]]
SignedIn = Callable[[User], Client]
METHOD = "concentration"
AT = f"/insight/{METHOD}/file"


def content(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("who", "own"), [("bob", {4, 5, 6, 7}), ("alice", {0, 1, 2, 3, 4, 5, 6, 7})]
)
def test_a_file_holds_the_readers_accounts_alone(
    company: Company, signed_in: SignedIn, work: Work, who: str, own: set[int]
) -> None:
    browser = signed_in(getattr(company.people, who))
    tables = {}
    for style in ("csv", "xlsx"):
        at = f"{AT}?format={style}&table=2"
        assert browser.get(at).status_code == 200  # being made
        work()
        tables[style] = content(browser.get(at))
    text = tables["csv"].decode("utf-8-sig")
    book = load_workbook(io.BytesIO(tables["xlsx"]))
    cells = " ".join(str(c.value) for sheet in book for row in sheet for c in row)
    for said in (text, cells):
        assert {int(n) for n in re.findall(r"客户 (\d+) <b>", said)} <= own
    assert re.findall(r"客户 (\d+) <b>", cells)


def test_it_is_made_once_given_with_a_name_and_noted(
    company: Company, signed_in: SignedIn, work: Work
) -> None:
    browser = signed_in(company.people.bob)
    at = f"{AT}?format=html"
    waiting = browser.get(at).content.decode()
    assert "正在生成文件" in waiting
    work()
    given = browser.get(at)
    name = given.headers["Content-Disposition"]
    assert "filename*=utf-8''%E5%AE%A2%E6%88%B7" in name
    assert given.headers["Content-Type"].startswith("text/html")
    content(given)
    content(browser.get(at))
    assert Job.objects.count() == 1
    assert Change.objects.filter(what="exported", by=company.people.bob).count() == 2


def test_the_waiting_page_says_when_it_is_ready(
    company: Company, signed_in: SignedIn, work: Work
) -> None:
    browser = signed_in(company.people.bob)
    at = f"{AT}?format=pptx"
    browser.get(at)
    polls = {"HX-Request": "true", "HX-Target": "waiting"}
    assert "progress" in browser.get(at, headers=polls).content.decode()
    work()
    assert "文件已生成" in browser.get(at, headers=polls).content.decode()


def test_another_persons_file_is_not_given(
    company: Company, signed_in: SignedIn, work: Work
) -> None:
    """Files lie under the key of a scope; there is no address by key."""
    signed_in(company.people.fay).get(f"{AT}?format=csv&table=0")
    work()
    key = Analysis.objects.get().key
    browser = signed_in(company.people.bob)
    assert "正在生成文件" in browser.get(f"{AT}?format=csv&table=0").content.decode()
    for at in (f"/insight/{key}/", f"/insight/results/{key}", f"/insight/{METHOD}/{key}"):
        assert browser.get(at).status_code == 404


@pytest.mark.parametrize(
    "query", ["", "format=exe", "format=csv&table=x", "format=csv&table=-1", "format=xlsx&months=x"]
)
def test_no_such_file(company: Company, signed_in: SignedIn, query: str) -> None:
    assert signed_in(company.people.bob).get(f"{AT}?{query}").status_code == 404
    assert not Job.objects.exists()


def test_a_table_that_is_not_there_ends_in_a_sentence(
    company: Company, signed_in: SignedIn, work: Work
) -> None:
    browser = signed_in(company.people.bob)
    browser.get(f"{AT}?format=csv&table=99")
    (job,) = work()
    assert job.error
    polls = {"HX-Request": "true", "HX-Target": "waiting"}
    page = browser.get(f"{AT}?format=csv&table=99", headers=polls)
    assert "分析里已没有这张表" in page.content.decode()
