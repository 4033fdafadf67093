"""What people come for, as they do it: in a real browser, at desk and phone width, each language.

A file of orders in GBK is dropped, looked at, taken over and analysed; the account in danger is
found, its finding becomes a task, the task is finished. Every page on the way is held to axe.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import People
from tests.web.functional.conftest import BrowserPage
from tests.web.functional.test_look import axe_findings, is_sideways
from zhibi.web.jobs.actions.do import do
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import User

LAST = date(2026, 9, 28)
SILENT = "华数机械(山东)有限公司"
PLACES = ("青岛", "淄博", "潍坊", "烟台", "济宁")
OTHERS = [f"{place}{trade}有限公司" for place in PLACES for trade in ("轮胎", "棉纺")]
CUSTOMERS = (SILENT, *OTHERS)

SOON = 10_000  # ms within which a page is to notice
Work = Callable[[], None]


@dataclass(frozen=True)
class Words:
    """What the buttons and links are called in one language."""

    language: str
    sign_in: str
    look: str
    take: str
    analysed: str
    make_task: str
    done: str


CHINESE = Words("zh-hans", "登录", "开始识别", "确认入库", "查看分析", "转为任务", "完成")
ENGLISH = Words(
    "en", "Sign in", "Check the files", "Import now", "See the analysis", "Make it a task",
    "Done",
)  # fmt: skip
# One pair in the quick suite, the other three among the slow tests.
SEEN = pytest.mark.parametrize(
    ("words", "width"),
    [
        pytest.param(CHINESE, 1280, id="zh-1280", marks=pytest.mark.slow),
        pytest.param(ENGLISH, 390, id="en-390", marks=pytest.mark.slow),
        pytest.param(CHINESE, 390, id="zh-390"),
        pytest.param(ENGLISH, 1280, id="en-1280", marks=pytest.mark.slow),
    ],
)


@pytest.fixture
def workspace(settings: Any, tmp_path: Path) -> Path:
    """An empty workspace that stands at a day of its own."""
    (tmp_path / "zhibi.toml").write_text(
        'name = "测试公司"\ncurrency = "CNY"\nlanguage = "zh-CN"\n', encoding="utf-8"
    )
    settings.WORKSPACE = tmp_path
    settings.UPLOADS = settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.RESULTS = tmp_path / "results"
    return tmp_path


@pytest.fixture
def work() -> Work:
    """Does what is queued, and what that leads to, as the worker would."""

    def until_idle() -> None:
        while job := Job.objects.filter(state=Job.State.QUEUED).order_by("pk").first():
            do(job)

    return until_idle


def orders_file(folder: Path) -> Path:
    """Two and a half years of monthly orders in GBK under two title lines; one customer has
    fallen silent."""
    lines = [
        "测试公司销售明细",
        "导出日期：2026-09-30",
        "单据号,客户名称,日期,产品,数量,不含税金额,业务员",
    ]
    number = 0
    for place, customer in enumerate(CUSTOMERS):
        day, step = date(2024, 3, 1) + timedelta(days=2 * place), 24 + place
        while day <= LAST - timedelta(days=110 if customer == SILENT else 0):
            number += 1
            amount = 90_000 if customer == SILENT else 20_000 + 1_000 * place
            lines.append(f"D{number:05},{customer},{day},滤芯,1,{amount}.00,Bob")
            day += timedelta(days=step + number % 3)
    path = folder / "销售明细.csv"
    path.write_text("\n".join(lines), encoding="gb18030")
    return path


def held(page: Page, width: int) -> None:
    """No axe finding, and nothing to be scrolled sideways."""
    assert axe_findings(page) == [], page.url
    assert not is_sideways(page, width), page.url


def bring_in(page: Page, words: Words, work: Work, file: Path) -> None:
    """Each page sees for itself that its job is done, and loads anew."""
    page.goto("/data/")
    page.set_input_files("#files", file)
    page.get_by_role("button", name=words.look).click()
    work()
    page.get_by_role("button", name=words.take).click()
    page.wait_for_url(re.compile("/imports/"))
    work()
    expect(page.get_by_role("link", name=words.analysed)).to_be_visible(timeout=SOON)


@SEEN
@pytest.mark.django_db(transaction=True)
def test_from_a_gbk_file_to_a_finished_task(
    people: People, workspace: Path, browser_page: BrowserPage, work: Work, words: Words, width: int
) -> None:
    page = browser_page(None, words.language, width)
    page.goto("/")
    page.fill("[name=username]", "fay")
    page.fill("[name=password]", "password")
    held(page, width)
    page.get_by_role("button", name=words.sign_in).click()
    expect(page.locator("h1")).to_be_visible()
    bring_in(page, words, work, orders_file(workspace))
    held(page, width)
    page.get_by_role("link", name=words.analysed).click()
    held(page, width)
    work()
    expect(page.locator(".result")).to_contain_text(SILENT, timeout=SOON)
    held(page, width)
    page.goto("/insight/purchase_rhythm/")
    work()
    expect(page.locator(".result")).to_contain_text(SILENT, timeout=SOON)
    held(page, width)
    page.goto("/accounts/")
    page.get_by_role("link", name=SILENT).first.click()
    expect(page.locator("h1")).to_contain_text(SILENT)
    held(page, width)
    page.goto("/")
    expect(page.locator(".agenda")).to_contain_text(SILENT)
    held(page, width)
    page.get_by_role("link", name=words.make_task).first.click()
    held(page, width)
    page.get_by_role("button", name=words.make_task).click()
    page.goto("/tasks/?whose=given")
    held(page, width)
    page.get_by_role("button", name=words.done).first.click()
    page.goto("/")
    assert not page.locator(".agenda").filter(has_text=SILENT).count()


@pytest.mark.django_db(transaction=True)
def test_the_language_is_changed_and_kept(people: People, browser_page: BrowserPage) -> None:
    page = browser_page(people.bob)
    page.goto("/tasks/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.locator("summary").filter(has_text="Bob").click()
    page.get_by_role("button", name="English").click()
    page.wait_for_url(re.compile("/tasks/"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text("Tasks")
    assert User.objects.get(pk=people.bob.pk).language == "en"
