"""The sentence, the group's sums and the timeline of an account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import translation

from tests.web.conftest import Accounts, People
from zhibi.web.crm.group import group_of, is_below
from zhibi.web.crm.models import Account, FollowUp, Judgement, Task
from zhibi.web.crm.overview import findings_of, growth, sentence
from zhibi.web.crm.timeline import PAGE, place_of, timeline
from zhibi.web.insight.models import FindingRecord
from zhibi.web.team.actions.edit import edit
from zhibi.web.team.models import User

SignedIn = Callable[[User], Client]
DAY = date(2026, 6, 30)


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def finding(account: Account, number: int, **said: object) -> FindingRecord:
    words = {"news": f"News {number}.", "action": f"Do {number}."}
    return FindingRecord.objects.create(
        **{
            "finding": f"f{number}", "account": account, "method": "churn_warning",
            "code": "churn_warning.red", "severity": "now", "says": {"en": words, "zh-CN": words},
            "cause_on": DAY, "first_said_on": DAY, "last_said_on": DAY, **said,
        }
    )  # fmt: skip


def test_the_news_stands_first(people: People, accounts: Accounts) -> None:
    account = accounts.of_bob
    finding(account, 1, severity="soon", stake=Decimal(9))
    finding(account, 2, stake=Decimal(1))
    finding(account, 3, stake=Decimal(5))
    finding(account, 4, state="not so")
    finding(account, 5, last_said_on=DAY - timedelta(30))  # no longer said
    found = findings_of(account)
    assert [told.record.finding for told in found] == ["f3", "f2", "f1"]
    assert sentence(account, found) == "News 3. News 2."


def test_without_news_the_figures_speak(people: People, accounts: Accounts) -> None:
    account = accounts.of_bob
    assert "No order of this account is known yet" in sentence(account, [])
    account.last_order_on, account.sales, account.orders = DAY, Decimal("186000.00"), 12
    assert sentence(account, []).startswith("Bought ¥186")
    account.sales_before = Decimal("200000.00")
    assert growth(account) == pytest.approx(-0.07)
    assert "7.0" in sentence(account, []).partition("on the year before")[0]
    account.orders = 0
    assert (
        sentence(account, []) == "No order in the last 12 months; the last one was on 30 June 2026."
    )
    account.warning_text = {"en": "Late by 9 days.", "zh-CN": "晚了 9 天。"}
    assert sentence(account, []) == "Late by 9 days."


def test_growth_from_nothing_is_unknown(accounts: Accounts) -> None:
    account = accounts.of_bob
    for before in (None, Decimal(0), Decimal(-5)):
        account.sales, account.sales_before = Decimal(5), before
        assert growth(account) is None


def grouped(people: People, accounts: Accounts) -> dict[str, Account]:
    """top (Charlie's) ⟵ middle (Alice's) ⟵ low (Bob's), side (Bob's)."""

    def made(name: str, owner: User, parent: Account | None, sales: int | None) -> Account:
        amount = None if sales is None else Decimal(sales)
        return Account.objects.create(
            name=name, name_key=name, owner=owner, parent=parent, currency="CNY", sales=amount,
            overdue=amount,
        )  # fmt: skip

    top = made("top", people.charlie, None, 1000)
    middle = made("middle", people.alice, top, 100)
    low = made("low", people.bob, middle, 10)
    side = made("side", people.bob, middle, None)
    return {"top": top, "middle": middle, "low": low, "side": side}


def test_a_group_adds_up_what_the_reader_sees(people: People, accounts: Accounts) -> None:
    found = grouped(people, accounts)
    for who, count, sales in (("bob", 2, 10), ("alice", 3, 110), ("dana", 4, 1110)):
        group = group_of(found["low"], getattr(people, who))
        assert group is not None
        assert (group.count, group.sales, group.overdue) == (count, sales, sales)
    assert group_of(found["top"], people.charlie) is None  # the rest does not exist for Charlie
    tree = group_of(found["low"], people.dana)
    assert tree is not None
    assert [(one.account.name, one.depth) for one in tree.members] == [
        ("top", 0), ("middle", 1), ("low", 2), ("side", 2),
    ]  # fmt: skip
    # A hidden company in between is passed over.
    seen = group_of(found["low"], people.bob)
    assert seen is not None
    assert [(one.account.name, one.depth) for one in seen.members] == [("low", 0), ("side", 0)]


def test_a_deleted_part_does_not_count(people: People, accounts: Accounts) -> None:
    found = grouped(people, accounts)
    Account.objects.filter(pk=found["low"].pk).update(deleted_at="2026-01-01T00:00Z")
    group = group_of(found["middle"], people.dana)
    assert group is not None
    assert group.sales == 1100


def test_circles_end(people: People, accounts: Accounts) -> None:
    found = grouped(people, accounts)
    assert is_below(found["low"], found["top"])
    assert not is_below(found["top"], found["low"])
    Account.objects.filter(pk=found["top"].pk).update(parent=found["low"])
    assert group_of(found["low"], people.dana) is None


def test_the_group_is_shown_with_what_it_adds_up(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    found = grouped(people, accounts)
    page = signed_in(people.alice).get(f"/accounts/{found['middle'].uid}/").content.decode()
    assert "你能看到的 3 家公司" in page
    assert "top" not in page.partition("<main")[2]


def test_the_timeline_tells_everything_once(people: People, accounts: Accounts) -> None:
    account, start = accounts.of_bob, datetime(2026, 1, 1, tzinfo=UTC)
    account.monthly, account.figures_as_of = [0.0] * 10 + [5.0, 7.0], DAY
    for number in range(70):  # several at one moment
        at = start + timedelta(hours=number // 3)
        FollowUp.objects.create(
            account=account, by=people.bob, kind="call", at=at, text=f"call {number}"
        )
        Task.objects.create(
            account=account, title=f"task {number}", assignee=people.bob, done_at=at
        )
    judged = Judgement.objects.create(
        account=account, by=people.bob, criterion="fit", value="high", on=DAY
    )
    edit(account, {"owner": people.alice}, by=people.bob, version=1, of_account=account.uid)
    told, below = [], None
    while True:
        page, below = timeline(account, below=below)
        assert len(page) <= PAGE
        told += page
        if below is None:
            break
        assert place_of(str(below)) == below
    assert len(told) == 70 + 70 + 1 + 1 + 2
    places = [line.place for line in told]
    assert places == sorted(places, reverse=True)
    assert len(set(places)) == len(places)
    only, _ = timeline(account, only="judgements")
    assert [line.place.pk for line in only] == [judged.pk]
    assert only[0].what == "fit with what we sell judged high"


def test_a_timeline_without_a_known_place_starts_at_the_top(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    for text in ("", "x", "1~2", "2026-01-01~1~1", "2026-01-01T00:00+00:00~x~1", "~~"):
        assert place_of(text) is None
        address = f"/accounts/{accounts.of_bob.uid}/timeline/"
        assert signed_in(people.bob).get(address, {"below": text, "only": "x"}).status_code == 200


def test_the_timeline_goes_on_within_its_page(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    for number in range(PAGE + 5):
        FollowUp.objects.create(
            account=accounts.of_bob, by=people.bob, kind="call", text=f"call-{number};",
            at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number),
        )  # fmt: skip
    client, address = signed_in(people.bob), f"/accounts/{accounts.of_bob.uid}/timeline/"
    first = client.get(address).content.decode()
    _, below = timeline(accounts.of_bob)
    page = client.get(address, {"below": str(below)}, headers={"HX-Request": "true"})
    rest = page.content.decode()
    assert "<html" not in rest
    assert (first.count("call-"), rest.count("call-")) == (PAGE, 5)
