"""Lists of accounts and contacts: what is proposed, written, written again, and taken back."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Accounts, People
from zhibi.errors import ZhibiError
from zhibi.web.crm.actions.search_terms import index_accounts
from zhibi.web.crm.bringing.accounts import propose_accounts, write_accounts
from zhibi.web.crm.bringing.contacts import propose_contacts, write_contacts
from zhibi.web.crm.bringing.lists import read_list
from zhibi.web.crm.bringing.proposal import Proposal, Written
from zhibi.web.crm.bringing.undo import TakenBack, take_back
from zhibi.web.crm.models import Account, Contact, SearchTerm, SourceCustomer
from zhibi.web.team.models import Change, SellerName, User

LIST = """客户档案
客户编码,客户名称,统一社会信用代码,行业,负责人,员工人数,信用额度,建档日期
K1,青岛轮胎,,轮胎,Bob,800,50万,2020-01-02
K2,新华纺织,91370102MA3C1W2X4A,棉纺,Bob,120,1200000.50,2024年5月1日
K3,中棉纺织,,棉纺,Charlie,,,
K2,新华纺织,91370102MA3C1W2X4A,棉纺,Bob,,,
,,,,,,,
"""
CODE = "91370200MA3C000000"
PEOPLE = """客户名称,姓名,职务,手机,微信
青岛轮胎,王敏,采购部经理,19900001111,wm_demo
中棉纺织,赵强,设备科长,19900002222,
青岛轮胎,,科长,,
青岛轮胎,王敏,,,
"""


@pytest.fixture
def listed(people: People, accounts: Accounts) -> Accounts:
    index_accounts(list(Account.objects.all()))
    return accounts


def written(tmp_path: Path, text: str, encoding: str = "gb18030") -> Path:
    path = tmp_path / "名单.csv"
    path.write_text(text, encoding=encoding)
    return path


def proposed(tmp_path: Path, by: User, **more: Any) -> Proposal:
    lines = read_list(written(tmp_path, LIST), "accounts", tmp_path).lines
    return propose_accounts(lines, by=by, **more)


def kept(proposal: Proposal, by: User) -> list[Written]:
    done: list[Written] = []
    write = write_accounts if proposal.kind == "accounts" else write_contacts
    write(proposal, by=by, done=done.extend, progress=lambda _: None)
    return done


def states(proposal: Proposal) -> list[str]:
    return [row.state for row in proposal.rows]


def test_a_gbk_list_with_a_title_line(tmp_path: Path, listed: Accounts, people: People) -> None:
    proposal = proposed(tmp_path, people.bob)
    assert states(proposal) == ["changed", "new", "rejected", "rejected"]
    assert [row.row for row in proposal.rows] == [3, 4, 5, 6]
    assert not SourceCustomer.objects.exists()
    done = kept(proposal, people.bob)
    known, new = listed.of_bob, Account.objects.get(name="新华纺织")
    known.refresh_from_db()
    assert (known.industry, known.employees, known.credit_limit) == ("轮胎", 800, 500_000)
    assert (new.owner, new.credit_limit) == (people.bob, Decimal("1200000.50"))
    assert (new.initials, SourceCustomer.objects.get().customer_id) == ("xhfz", "K2")
    assert set(SearchTerm.objects.filter(account=new).values_list("term", flat=True)) >= {
        "新华纺",
        "xhf",
    }
    assert {one.is_new for one in done} == {True, False}
    again = proposed(tmp_path, people.bob)
    assert states(again) == ["unchanged", "unchanged", "rejected", "rejected"]


def rows_of(*said: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"row": at, **one} for at, one in enumerate(said, start=2)]


def test_a_name_of_two_people_means_nobody(listed: Accounts, people: People) -> None:
    """As in the orders; unless an administrator said whom an export calls so."""
    User.objects.filter(pk=people.bob.pk).update(is_active=False)
    for username in ("erin2", "erin3"):
        User.objects.create_user(username, "password", name="Erin")
    SellerName.objects.create(name="小查", user=people.charlie)
    rows = rows_of(
        *({"name": f"新{who}", "owner": who} for who in ("小查", "Erin", "Alice", "Bob"))
    )
    found = propose_accounts(rows, by=people.fay)
    owners = [row.after["owner"] for row in found.rows]
    assert owners == [people.charlie, None, people.alice, None]


def test_new_rows_that_are_one_company_are_one(listed: Accounts, people: People) -> None:
    """By credit code and by number, whatever they are called; no lot fails for it."""
    lines = rows_of(
        {"name": "甲厂", "credit_code": CODE, "customer_id": "K7"},
        {"name": "甲厂有限公司", "credit_code": CODE},
        {"name": "甲厂(老)", "customer_id": "K7"},
        {"name": "乙厂"},
    )
    proposal = propose_accounts(lines, by=people.bob)
    assert states(proposal) == ["new", "rejected", "rejected", "new"]
    assert len(kept(proposal, people.bob)) == 2


def test_what_is_too_long_is_cut_and_known_again(listed: Accounts, people: People) -> None:
    """A list that was half written when the worker was killed makes nothing twice."""
    lines = rows_of({"name": "甲" * 250, "customer_id": "9" * 300, "industry": "轮" * 200})
    kept(propose_accounts(lines, by=people.bob), people.bob)
    assert states(propose_accounts(lines, by=people.bob)) == ["unchanged"]
    staff = rows_of({"account": "甲" * 200, "name": "王" * 90, "title": "科长"})
    kept(propose_contacts(staff, by=people.bob), people.bob)
    assert states(propose_contacts(staff, by=people.bob)) == ["unchanged"]


def test_what_a_deleted_account_holds(listed: Accounts, people: People) -> None:
    """Its credit code is its own until it is brought back; its number goes to who has it now."""
    lines = rows_of({"name": "甲厂", "customer_id": "K7"})
    done = kept(propose_accounts(lines, by=people.bob), people.bob)
    take_back("accounts", done, by=people.bob)
    Account.objects.filter(name="甲厂").update(credit_code=CODE)
    again = propose_accounts(lines, by=people.bob)
    kept(again, people.bob)
    assert SourceCustomer.objects.get().account == Account.objects.get(name="甲厂", deleted_at=None)
    coded = rows_of(
        {"name": "乙厂", "credit_code": CODE}, {"name": "青岛轮胎", "credit_code": CODE.lower()}
    )
    refused = propose_accounts(coded, by=people.bob)
    assert states(refused) == ["rejected", "rejected"]


def test_what_is_somebody_elses_is_only_refused(
    tmp_path: Path, listed: Accounts, people: People
) -> None:
    refused = list(proposed(tmp_path, people.bob).of("rejected"))
    assert refused[0].name == "中棉纺织"
    assert refused[0].uid is None
    assert refused[0].reason is not None
    assert "Charlie" not in str(refused[0])
    assert states(proposed(tmp_path, people.fay))[2] == "changed"


def test_a_list_fills_and_overwrites_only_when_asked(
    tmp_path: Path, listed: Accounts, people: People
) -> None:
    Account.objects.filter(pk=listed.of_bob.pk).update(industry="橡胶")
    first = proposed(tmp_path, people.bob).rows[0]
    assert "industry" not in first.after
    assert first.kept == ("industry",)
    assert proposed(tmp_path, people.bob, overwrite=True).rows[0].after["industry"] == "轮胎"


def test_analysts_change_nothing(tmp_path: Path, listed: Accounts, people: People) -> None:
    assert states(proposed(tmp_path, people.erin))[0] == "rejected"


def test_taken_back_unless_somebody_went_on(
    tmp_path: Path, listed: Accounts, people: People
) -> None:
    before = Account.objects.values().get(pk=listed.of_bob.pk)
    done = kept(proposed(tmp_path, people.bob), people.bob)
    assert take_back("accounts", done, by=people.bob) == TakenBack(deleted=1, restored=1)
    after = Account.objects.values().get(pk=listed.of_bob.pk)
    own = {"version", "changed_at"}
    assert {k: v for k, v in after.items() if k not in own} == {
        k: v for k, v in before.items() if k not in own
    }
    gone = Account.objects.get(name="新华纺织")
    assert (gone.deleted_by, gone.version) == (people.bob, 2)
    told = Change.objects.filter(by=people.bob).order_by("pk")
    assert list(told.filter(subject_uid=gone.uid).values_list("what", flat=True)) == [
        "created",
        "deleted",
    ]
    assert list(told.filter(what="employees").values_list("before", "after")) == [
        ("", "800"),
        ("800", ""),
    ]
    assert take_back("accounts", done, by=people.bob) == TakenBack(kept=1)


def test_what_was_worked_on_stays(tmp_path: Path, listed: Accounts, people: People) -> None:
    done = kept(proposed(tmp_path, people.bob), people.bob)
    Account.objects.filter(name="新华纺织").update(version=2)
    assert take_back("accounts", done, by=people.bob) == TakenBack(restored=1, kept=1)


def test_contacts_of_ones_own_accounts(tmp_path: Path, listed: Accounts, people: People) -> None:
    lines = read_list(written(tmp_path, PEOPLE), "contacts", tmp_path).lines
    proposal = propose_contacts(lines, by=people.bob)
    assert states(proposal) == ["new", "rejected", "rejected", "rejected"]
    done = kept(proposal, people.bob)
    contact = Contact.objects.get()
    assert (contact.account, contact.phone, contact.initials) == (
        listed.of_bob,
        "19900001111",
        "wm",
    )
    assert not Change.objects.filter(after__contains="王敏").exists()
    assert states(propose_contacts(lines, by=people.bob))[0] == "unchanged"
    more = [{**lines[0], "title": "采购总监", "department": "采购部"}]
    news = kept(propose_contacts(more, by=people.bob, overwrite=True), people.bob)
    contact.refresh_from_db()
    assert (contact.title, contact.department) == ("采购总监", "采购部")
    assert not Change.objects.filter(after__contains="采购").exists()
    assert take_back("contacts", news, by=people.bob) == TakenBack(restored=1)
    contact.refresh_from_db()
    assert (contact.title, contact.department, contact.version) == ("采购部经理", "", 3)
    assert take_back("contacts", done, by=people.bob) == TakenBack(kept=1)
    Contact.objects.update(version=1)
    assert take_back("contacts", done, by=people.bob) == TakenBack(deleted=1)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("accounts", "日期,备注\n2024-01-01,无\n"), ("contacts", "姓名,手机\n王敏,1\n")],
)
def test_a_list_without_names_says_which_column_is_missing(
    tmp_path: Path, kind: str, text: str
) -> None:
    with pytest.raises(ZhibiError, match="no column for the"):
        read_list(written(tmp_path, text), kind, tmp_path)


def test_a_column_named_by_the_person(tmp_path: Path) -> None:
    path = written(tmp_path, "甲方,谁,号码\n青岛轮胎,王敏,1990\n")
    given = {"甲方": "account", "谁": "name", "号码": ""}
    found = read_list(path, "contacts", tmp_path, given=given)
    assert found.lines[0] == {"row": 2, "account": "青岛轮胎", "name": "王敏"}
    assert found.columns[0].examples == ("青岛轮胎",)
