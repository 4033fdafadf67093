"""The page of a question: for whom, of which customers, with which settings, and its failures."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests.web.insight.conftest import Company
from zhibi import methods
from zhibi.web.insight.catalogue import GROUPS
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


@pytest.mark.parametrize("name", NAMED)
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
