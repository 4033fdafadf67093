"""What zhibi.js adds to pages, and that pages do without it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Accounts, People
from tests.web.functional.conftest import BrowserPage
from tests.web.functional.urls import running
from zhibi.web.crm.actions.search_terms import index_accounts
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import User

ROWS = {"done": 80, "all": 100}


@pytest.fixture
def components(people: People, browser_page: BrowserPage, settings: Any) -> Page:
    """The page of all components."""
    settings.ROOT_URLCONF = "tests.web.functional.urls"
    job = running()
    job.by = people.dana
    job.save()
    page = browser_page(people.dana, "en")
    page.goto("/components")
    return page


def test_how_far_a_job_is_is_read_out_and_its_button_kept(components: Page) -> None:
    stop = components.get_by_role("button", name="Stop")
    stop.focus()
    expect(components.locator("#said")).to_have_text("40 of 100 rows read")
    Job.objects.update(doing={"template": "{done} of {all} rows read", "fields": ROWS})
    expect(components.locator("#said")).to_have_text("80 of 100 rows read")
    expect(stop).to_be_focused()


def test_slash_goes_to_search(components: Page) -> None:
    components.keyboard.press("/")
    expect(components.locator("#search")).to_be_focused()
    components.keyboard.type("a/b")  # within it, a slash is a slash
    expect(components.locator("#search")).to_have_value("a/b")


def test_search_is_done_with_the_keyboard(
    people: People, accounts: Accounts, browser_page: BrowserPage
) -> None:
    index_accounts([accounts.of_bob, accounts.of_alice])
    page = browser_page(people.alice)
    page.goto("/teams")
    page.keyboard.press("/")
    page.keyboard.type("轮胎")
    option = page.locator("#suggestions [role=option]")
    expect(option).to_have_count(1)
    search = page.locator("#search")
    expect(search).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(search).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "-")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "false")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/accounts/{accounts.of_bob.uid}/")


def test_escape_closes_the_suggestions(
    people: People, accounts: Accounts, browser_page: BrowserPage
) -> None:
    index_accounts([accounts.of_bob])
    page = browser_page(people.bob)
    page.goto("/teams")
    page.locator("#search").press_sequentially("轮胎")
    expect(page.locator("#suggestions [role=option]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions [role=option]")).to_have_count(0)
    expect(page.locator("#search")).to_have_attribute("aria-expanded", "false")


def test_dangerous_buttons_ask_first(people: People, browser_page: BrowserPage) -> None:
    page = browser_page(people.dana, "en")
    page.goto(f"/people/{people.bob.uid}/")
    old = User.objects.get(pk=people.bob.pk).password
    page.get_by_role("button", name="New password").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Make a new password for Bob?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert User.objects.get(pk=people.bob.pk).password == old
    page.get_by_role("button", name="New password").click()
    dialog.get_by_role("button", name="Yes, do it").click()
    expect(page.locator("#password")).to_be_visible()
    assert User.objects.get(pk=people.bob.pk).password != old


def test_light_and_dark_are_kept(people: People, browser_page: BrowserPage) -> None:
    page = browser_page(people.bob, "en")
    page.goto("/me")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="dark").click()
    dark = page.evaluate(paper)
    assert dark != light
    page.reload()
    assert page.evaluate(paper) == dark


def test_the_menu_closes_again(people: People, browser_page: BrowserPage) -> None:
    page = browser_page(people.bob, "en")
    page.goto("/me")
    menu = page.locator("details.menu")
    for close in (lambda: page.keyboard.press("Escape"), lambda: page.locator("h1").click()):
        page.locator(".menu > summary").click()
        expect(menu).to_have_attribute("open", "")
        close()
        expect(menu).not_to_have_attribute("open", "")


def test_all_rows_are_chosen_at_once(components: Page) -> None:
    whole = components.locator("[data-select-all=pick]")
    boxes = components.locator("[name=pick]")
    whole.check()
    assert [box.is_checked() for box in boxes.all()] == [True] * 3
    boxes.first.uncheck()
    assert whole.evaluate("box => box.indeterminate")
    for box in boxes.all():
        box.check()
    expect(whole).to_be_checked()


def test_copying_says_so(components: Page) -> None:
    components.get_by_role("button", name="Copy").click()
    expect(components.locator("#messages")).to_have_text("Copied.")


def test_a_dialog_opens_and_closes(components: Page) -> None:
    components.get_by_role("button", name="More").click()
    expect(components.locator("#dialog")).to_be_visible()
    components.locator("#dialog [data-close]").click()
    expect(components.locator("#dialog")).to_be_hidden()


def test_what_was_typed_survives_a_failure(people: People, browser_page: BrowserPage) -> None:
    """The form went to a page of failure; back at the form the text is there, and once only."""
    page = browser_page(people.bob, "en")
    page.goto("/me")
    page.locator("#id_name").fill("Robert with a long name")
    page.evaluate("document.querySelector('#id_name').form.csrfmiddlewaretoken.value = 'old'")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("That did not work")
    User.objects.filter(pk=people.bob.pk).update(name="")
    page.goto("/me")
    expect(page.locator("#id_name")).to_have_value("Robert with a long name")
    page.reload()
    expect(page.locator("#id_name")).to_have_value("")


def test_a_failure_in_a_part_is_told_on_the_page(components: Page) -> None:
    components.evaluate("htmx.ajax('GET', '/teams/01a202a8-a968-7404-8d0b-461280871739/', 'main')")
    expect(components.locator("#messages")).to_contain_text("There is no such page")
    expect(components.locator("h1")).to_be_visible()


def test_pages_work_without_javascript(people: People, browser_page: BrowserPage) -> None:
    """Signing in, the menu, choosing the language, signing out: forms post and links lead."""
    page = browser_page(None, javascript=False)
    page.goto("/me")
    page.locator("#id_username").fill("bob")
    page.locator("#id_password").fill("password")
    page.get_by_role("button", name="登录").click()
    expect(page.locator("h1")).to_have_text("我的设置")
    for button in ("English", "dark"):
        page.locator(".menu > summary").click()
        page.get_by_role("button", name=button).click()
    expect(page.locator("html[data-theme=dark]")).to_have_count(1)
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("h1")).to_have_text("Sign in")


def test_a_file_too_large_is_refused_before_it_is_sent(
    people: People, browser_page: BrowserPage, settings: Any
) -> None:
    settings.MAX_UPLOAD_BYTES = 10
    page = browser_page(people.dana, "en")
    page.goto("/data/")
    files = page.locator("#files")
    files.set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"x" * 11})
    page.locator("main form .primary").click()
    told = files.evaluate("input => input.validationMessage")
    assert told.startswith("A file may have up to")
    assert page.url.endswith("/data/")
    files.set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"x" * 10})
    assert files.evaluate("input => input.validity.valid")
