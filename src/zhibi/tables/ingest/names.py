"""Which differently written names may be one company: proposals for a person, never merges.

A name is reduced to what tells companies apart: width, case, spaces, brackets and the legal form
are taken away. The place is kept beside it: 山东华数 and 江苏华数 are two companies, 华数 and
山东华数 may be one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东"
    "|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|中国"
)
_REGION_ENDS = "维吾尔自治区|壮族自治区|回族自治区|自治区|特别行政区|省|市"
_PLACE_FIRST = re.compile(rf"^({_PROVINCES})(?:{_REGION_ENDS})?(?=..)")
_PLACE_BRACKETED = re.compile(rf"\(({_PROVINCES})(?:{_REGION_ENDS})?\)")
_CHINESE_FORM = re.compile(r"(股份有限公司|有限责任公司|有限公司|股份公司|公司)$")
_ENGLISH_FORMS = {
    "co", "company", "corp", "corporation", "inc", "incorporated", "llc", "llp", "lp", "ltd",
    "limited", "plc", "pty", "gmbh", "ag", "kg", "sa", "srl", "spa", "bv", "nv", "ab", "as", "oy",
}  # fmt: skip
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class NameKey:
    """What is left of a name, and the place that it names ("" when it names none)."""

    core: str
    place: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Customers that may be one company, as (customer_id, name), in the order of their ids."""

    customers: tuple[tuple[str, str], ...]


def name_key(name: str) -> NameKey:
    """`山东省岱川（系统）有限责任公司` → 岱川系统, 山东; `Acme Co., Ltd` → acme."""
    plain = unicodedata.normalize("NFKC", name).casefold().replace("&", " and ")
    plain = re.sub(r"(?<=\w)['’.](?=\w\b|\s|$)", "", plain).replace("【", "(").replace("】", ")")
    if not any("一" <= letter <= "鿿" for letter in plain):
        return NameKey(_english_core(plain), "")
    plain = "".join(plain.split())
    place = _PLACE_BRACKETED.search(plain)
    plain = _PLACE_BRACKETED.sub("", plain) if place else plain
    if not place:
        place = _PLACE_FIRST.match(plain)
        plain = plain[place.end() :] if place else plain
    letters = "".join(_WORDS.findall(plain))
    return NameKey(_CHINESE_FORM.sub("", letters) or letters, place[1] if place else "")


def _english_core(plain: str) -> str:
    words = _WORDS.findall(plain)
    kept = words[1:] if words[:1] == ["the"] and len(words) > 1 else words
    while len(kept) > 1 and kept[-1] in _ENGLISH_FORMS:
        kept = kept[:-1]
    return "".join(kept)


def propose_merges(customers: Iterable[tuple[str, str]]) -> tuple[Proposal, ...]:
    """Groups of (customer_id, name) whose names are one but for spelling, form or a place.

    Equal names under several ids belong together as well. A name without a place joins those of
    a place only when there is one such place.
    """
    cores: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for customer_id, name in customers:
        key = name_key(name)
        if key.core:
            cores[key.core][key.place].append((customer_id, name))
    found = []
    for places in cores.values():
        named = [place for place in places if place]
        groups = [places[place] for place in named]
        if len(named) == 1:
            groups[0] = groups[0] + places.get("", [])
        elif "" in places:
            groups.append(places[""])
        found += [Proposal(tuple(sorted(set(group)))) for group in groups]
    return tuple(
        sorted(
            (one for one in found if len({customer for customer, _ in one.customers}) > 1),
            key=lambda one: one.customers,
        )
    )
