"""What an account is found by."""

from __future__ import annotations

import pytest

from zhibi.web.crm.actions.search_terms import (
    index_accounts,
    key_of,
    pieces_of,
    pinyin_of,
    terms_of,
)
from zhibi.web.crm.models import Account, SearchTerm


def test_by_hand() -> None:
    assert key_of("华 数ABC Ｃo.") == "华数abcco."
    assert pinyin_of("华数机械（重庆）A1") == ("huashujixiechongqinga1", "hsjxcqa")
    assert pinyin_of("A Bike Store") == ("abikestore", "abs")
    assert terms_of("华数机械公司") == {"华数机", "数机械", "机械公", "械公司", "司"}
    assert terms_of("") == set()
    assert pieces_of("华数机械") == {"华数机", "数机械"}
    assert pieces_of("华数") == {"华数"}
    assert pieces_of("有限") == pieces_of("公") == set()


@pytest.mark.django_db
def test_a_new_name_is_found_and_the_old_one_no_more() -> None:
    account = Account.objects.create(name="华数", currency="CNY")
    index_accounts([account])
    assert terms(account) == {"华数", "数", "hs", "s"}
    account.name, account.former_names = "青岛", "华数; 华工"
    account.save()
    index_accounts([account])
    assert {"青岛", "qd", "华数", "华工"} <= terms(account)
    assert "hs" not in terms(account)
    account.refresh_from_db()
    assert (account.name_key, account.pinyin, account.initials) == ("青岛", "qingdao", "qd")


def terms(account: Account) -> set[str]:
    return set(SearchTerm.objects.filter(account=account).values_list("term", flat=True))


@pytest.mark.parametrize("text", ["重庆长城", "行长 A1", "", "1", "é行", "银行行长（重）-x y"])
def test_spoken_as_pypinyin_speaks_the_whole(text: str) -> None:
    from pypinyin import lazy_pinyin

    assert pinyin_of(text)[0] == "".join(
        letter for letter in "".join(lazy_pinyin(key_of(text))) if letter.isalnum()
    )
