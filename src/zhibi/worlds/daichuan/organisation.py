"""Daichuan's sales department: five teams under a director, twenty-eight sellers, a manager for
each team, an analyst and an administrator.

One seller left on the last day of August 2026, and the director led the key accounts himself until
he took over the department.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from zhibi.worlds.daichuan.catalogue import names, people
from zhibi.worlds.daichuan.prospects import LEAVING, LEFT_ON
from zhibi.worlds.organisation import Membership, Team, User

DEPARTMENT = "sales"
KEY_ACCOUNTS = "key_accounts"
DIRECTOR_SINCE = date(2025, 1, 1)
FOUNDED_ON = date(2009, 3, 2)
LAST_JOINED_ON = date(2023, 7, 3)  # everybody was there when the exported years began
STAFF_SINCE = date(2021, 3, 1)

# By team, in the order of `sellers`; pinyin in both editions.
USERNAMES: Mapping[str, tuple[str, ...]] = {
    "key_accounts": ("wangmin", "zhaoqihang", "sunruoxi", "liangzhongwen"),
    "east_shandong": (
        "lihaitao", "yuxiaodong", "quwenbo", "jiangkai", "songjiayin", "chimingyuan", "chujianye",
    ),
    "west_shandong": (
        "zhanglixin", "liuzhenguo", "maxiaoli", "konglingchuan", "gaoyuanzheng", "tianyutong",
        "fengdayong",
    ),
    "east_china": ("chensiyuan", "wujiangping", "shenyiming", "guqingru", "luwentao"),
    "north_china": ("guolijun", "shilei", "hanxuesong", "cuixiaoguang", "yangfanzhou"),
}  # fmt: skip
STAFF_USERNAMES = {
    "director": "zhoumingde",
    "analyst": "xuwenjing",
    "administrator": "tangyihang",
    "key_accounts": "linguodong",
    "east_shandong": "xuhaifeng",
    "west_shandong": "mengxiancheng",
    "east_china": "qianxiaolan",
    "north_china": "jiaweimin",
}


@dataclass(frozen=True, slots=True)
class Organisation:
    teams: tuple[Team, ...]
    users: tuple[User, ...]
    memberships: tuple[Membership, ...]


def organisation_of(seed: int, language: str) -> Organisation:
    rng = np.random.default_rng([seed, 11])
    words = people(language)
    teams = [
        Team(code, name, "" if code == DEPARTMENT else DEPARTMENT)
        for code, name in words["teams"].items()
    ]
    return Organisation(
        teams=tuple(teams),
        users=(*_staff(words), *_sellers(language)),
        memberships=(*_staff_memberships(), *_seller_memberships(rng)),
    )


def usernames(language: str) -> dict[str, str]:
    """Each seller's username by name."""
    return {
        name: username
        for team, own in names(language)["sellers"].items()
        for name, username in zip(own, USERNAMES[team], strict=True)
    }


def _staff(words: Mapping[str, Any]) -> Iterator[User]:
    for key, name in words["staff"].items():
        role = "manager" if key in USERNAMES else key
        title = words["titles"][role].format(team=words["teams"].get(key, ""))
        yield User(STAFF_USERNAMES[key], name, role, title)


def _sellers(language: str) -> Iterator[User]:
    title = people(language)["titles"]["salesperson"]
    for name, username in usernames(language).items():
        yield User(username, name, "salesperson", title)


def _staff_memberships() -> Iterator[Membership]:
    """The director led the key accounts until he was made director; then their manager came."""
    director = STAFF_USERNAMES["director"]
    day_before = DIRECTOR_SINCE - timedelta(days=1)
    yield Membership(director, KEY_ACCOUNTS, STAFF_SINCE, day_before, is_lead=True)
    yield Membership(director, DEPARTMENT, DIRECTOR_SINCE, is_lead=True)
    for key in ("analyst", "administrator"):
        yield Membership(STAFF_USERNAMES[key], DEPARTMENT, STAFF_SINCE)
    for team in USERNAMES:
        since = DIRECTOR_SINCE if team == KEY_ACCOUNTS else STAFF_SINCE
        yield Membership(STAFF_USERNAMES[team], team, since, is_lead=True)


def _seller_memberships(rng: np.random.Generator) -> Iterator[Membership]:
    leaving = usernames("zh-CN")[LEAVING]
    span = (LAST_JOINED_ON - FOUNDED_ON).days
    for team, own in USERNAMES.items():
        for username in own:
            joined_on = FOUNDED_ON + timedelta(days=int(rng.integers(0, span)))
            ends_on = LEFT_ON if username == leaving else None
            yield Membership(username, team, joined_on, ends_on)
