"""The page of a question: for whom, of which customers, with which settings, and its failures."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date

import pytest
from django.test import Client

from tests.alike import few_of
from tests.web.insight.conftest import Company
from zhibi import methods
from zhibi.errors import ZhibiError
from zhibi.web.insight import results
from zhibi.web.insight.catalogue import GROUPS
from zhibi.web.insight.known import Known
from zhibi.web.insight.models import Analysis
from zhibi.web.insight.question import Question, question
from zhibi.web.jobs.models import Job
from zhibi.web.team.actions.edit import edit
from zhibi.web.team.models import User

Page = Callable[..., str]
SignedIn = Callable[[User], Client]
CHINESE = re.compile("[\u4e00-\u9fff]")
OF_THE_DATA = re.compile(
    r"客户 \d+|王敏|李强|展会|轮胎|测试公司|中文|拜访|报价|试用|签单|电话|质保金|发货款"
)
NAMED = [entry.name for entries in GROUPS.values() for entry in entries]


def customers(html: str) -> set[int]:
    """The numbers of the customers a page names."""
    return {int(number) for number in re.findall(r"客户 (\d+) &lt;b&gt;", html)}


def in_english(user: User) -> User:
    user.language = "en"
    user.save()
    return user


@pytest.mark.parametrize(
    "name", few_of(NAMED, "account_review", "concentration", "man", "receivables", "satisfaction")
)
def test_each_question_is_answered_in_both_languages(
    company: Company, page: Page, signed_in: SignedIn, name: str
) -> None:
    browser = signed_in(company.people.bob)
    chinese = page(browser, f"/insight/{name}/")
    in_english(company.people.bob)
    english = page(browser, f"/insight/{name}/")
    assert chinese != english
    for html in (chinese, english):
        assert customers(html) <= {4, 5, 6, 7, 12}
        assert "style=" not in html
        assert "<script>" not in html
    assert not re.search(
        "[\u4e00-\u9fff]",
        re.sub(
            r"客户 \d+|王敏|李强|展会|轮胎|测试公司|中文|拜访|报价|试用|签单|电话|质保金|发货款",
            "",
            english,
        ),
    )


def test_every_method_and_report_has_its_place() -> None:
    from zhibi import reports

    wanted = {*methods.names(), *(f"reports/{name}" for name in reports.names())}
    assert set(NAMED) == wanted
    assert len(NAMED) == len(wanted)


POLL = {"HX-Request": "true", "HX-Target": "waiting"}


def test_the_questions_say_what_is_missing(company: Company, signed_in: SignedIn) -> None:
    html = signed_in(company.people.bob).get("/insight/").content.decode()
    assert html.count('<dt><a href="/insight/') == len(NAMED)
    assert "请导入" not in html
    assert "还没有订单数据" not in html


def test_a_page_waits_for_the_worker_and_then_loads_anew(
    company: Company, signed_in: SignedIn, work: Callable[[], list[Job]]
) -> None:
    browser = signed_in(company.people.bob)
    assert 'hx-trigger="every 1s"' in browser.get("/insight/rfm/").content.decode()
    answer = browser.get("/insight/rfm/", headers=POLL)
    assert "HX-Refresh" not in answer.headers
    work()
    assert browser.get("/insight/rfm/", headers=POLL).headers["HX-Refresh"] == "true"
    assert "客户" in browser.get("/insight/rfm/").content.decode()


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("days=many", "不是数字"),
        ("days=0", "须在 1 和 36500 之间"),
        ("days=nan", "不是数字"),
        ("cut=often", "请从列表中选一项"),
        ("as_of=31.12.2024", "不是有效日期"),
        ("as_of=1024-01-01", "超出范围"),
        ("compare_to=x", "不是有效日期"),
    ],
)
def test_bad_settings_are_said_beside_the_field(
    company: Company, signed_in: SignedIn, query: str, says: str
) -> None:
    html = signed_in(company.people.bob).get(f"/insight/rfm/?{query}").content.decode()
    assert says in html
    assert f'value="{query.partition("=")[2]}"' in html or "<select" in html
    assert not Job.objects.exists()


def test_settings_are_part_of_the_address(
    company: Company, signed_in: SignedIn, page: Page
) -> None:
    html = page(signed_in(company.people.bob), "/insight/concentration/?months=6&head=0.7&x=1")
    assert "/insight/concentration/save?months=6" in html
    assert "head=" not in html.partition("/save?")[2].partition('"')[0]


def test_two_days_beside_each_other(company: Company, signed_in: SignedIn, page: Page) -> None:
    at = "/insight/concentration/?as_of=2024-12-31&compare_to=2024-06-30"
    html = page(signed_in(company.people.bob), at)
    assert "2024 年 6 月 30 日</h2>" in html
    assert "2024 年 12 月 31 日</h2>" in html
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert customers(html) <= {4, 5, 6, 7}


def test_an_older_answer_is_shown_while_a_newer_is_made(
    company: Company, signed_in: SignedIn, page: Page
) -> None:
    browser, account = signed_in(company.people.bob), company.accounts["c05"]
    page(browser, "/insight/rfm/")
    edit(account, {"industry": "机床"}, by=company.people.bob, version=account.version)
    html = browser.get("/insight/rfm/").content.decode()
    assert "正在生成新的" in html
    assert customers(html)


def failing(name: str) -> Question:
    def fails(*_: object) -> None:
        raise ZhibiError("There are no orders yet; bring some in on the page “Data”.")

    return replace(question(name), answer=fails)


def test_what_lacks_data_says_what_to_bring(
    company: Company, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, page: Page
) -> None:
    monkeypatch.setattr("zhibi.web.insight.actions.make.question", failing)
    browser = signed_in(company.people.bob)
    assert "还没有订单数据" in page(browser, "/insight/satisfaction/")
    orders = Known("1", date(2024, 12, 31), {"order_lines": ("amount",)})
    monkeypatch.setattr("zhibi.web.insight.views.analysis.known", lambda: orders)
    assert "请导入满意度调查结果" in browser.get("/insight/satisfaction/").content.decode()
    monkeypatch.setattr("zhibi.web.insight.views.analysis.known", lambda: Known("", None, {}))
    assert browser.get("/insight/satisfaction/").url == "/insight/"


def test_a_failed_one_is_tried_again_when_asked(
    company: Company,
    signed_in: SignedIn,
    monkeypatch: pytest.MonkeyPatch,
    work: Callable[[], list[Job]],
) -> None:
    monkeypatch.setattr("zhibi.web.insight.actions.make.question", failing)
    browser = signed_in(company.people.bob)
    at = "/insight/satisfaction/"
    browser.get(at)
    (failed,) = work()
    assert failed.error
    html = browser.get(at).content.decode()
    assert "再试一次" in html
    assert Job.objects.count() == 1
    browser.post(f"{at}again")
    assert Job.objects.count() == 2


@pytest.mark.parametrize("at", ["no-such", "reports/none", "__init__", "purchase_rhythm/x"])
def test_no_such_question(company: Company, signed_in: SignedIn, at: str) -> None:
    assert signed_in(company.people.bob).get(f"/insight/{at}/").status_code == 404


def test_who_is_not_signed_in_is_asked_to(company: Company) -> None:
    assert Client().get("/insight/rfm/").status_code == 302


@pytest.mark.parametrize("who", ["bob", "alice", "fay"])
def test_a_page_seen_before_asks_little(
    company: Company,
    analysed: Callable[[User, str], object],
    signed_in: SignedIn,
    django_assert_max_num_queries: Callable[..., AbstractContextManager[object]],
    who: str,
) -> None:
    person = getattr(company.people, who)
    analysed(person, "rfm")
    browser = signed_in(person)
    browser.get("/insight/rfm/")
    jobs = Job.objects.count()
    with django_assert_max_num_queries(12):
        browser.get("/insight/rfm/")
    assert Job.objects.count() == jobs


def test_it_says_among_whom_it_ranks(company: Company, analysed: Callable[..., Analysis]) -> None:
    """Bob's five customers are ranked among themselves; who sees all is told nothing of that."""
    own = results.read(analysed(company.people.bob, "composite_grade").key, "en")
    assert "5</span> customers that you see" in own.lead
    assert "not among all of the company" in own.provenance
    assert "on the page of an account" in own.body
    whole = results.read(analysed(company.people.dana, "composite_grade").key, "en")
    assert "that you see" not in whole.lead + whole.provenance + whole.body
