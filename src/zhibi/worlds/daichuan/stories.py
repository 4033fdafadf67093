"""The accounts of the planted stories: the plans that make them happen.

What came of it is measured on the finished orders in `truth`, so that a story's figures are those
of the files and not those of the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from zhibi.worlds.daichuan.accounts import SIMULATED_FROM, Account, CustomerFile, Phase
from zhibi.worlds.daichuan.catalogue import INDUSTRY_MIX, names
from zhibi.worlds.world import Customer

FILTERS_LOST_ON = date(2026, 5, 1)  # ① filters go to a maker of copies
LAST_ORDER_OF_HUASHU = date(2026, 8, 27)  # ① 34 days before the end, against 21 usually
NEW_PLANT_ON = date(2025, 11, 3)  # ② the new plant's first order
CHEAP_MODELS_ON = date(2025, 10, 8)  # ③ economy models from here on
RENAMED_ON = date(2025, 10, 8)  # ⑨ new name and new customer number
THIN_REBATE_PERCENT = 8  # ⑥ of each quarter's shipments
THIN_PAYMENT_DAYS = 210  # ⑥
THIN_SERVICE_SHARE_PERCENT = 5  # ⑥ free service, of net sales
CAPITAL_COST_PERCENT = 6  # ⑥ a year

HEAVY = INDUSTRY_MIX["heavy"]
TYRE = INDUSTRY_MIX["tyre"]
REPEAT_TYRE = {"screw": 0.62, "drying": 0.12, "filters_oil": 0.18, "maintenance": 0.08}


@dataclass(frozen=True, slots=True)
class StoryAccounts:
    """The accounts by story. The group's first is its parent, the tyre maker's too."""

    huashu: Account
    tyre: tuple[Account, Account]
    textile: Account
    group: tuple[Account, ...]
    thin: Account
    renamed: Account  # under its old name and number; orders move to the new one when numbered
    food: Account

    def all(self) -> list[Account]:
        return [
            self.huashu, *self.tyre, self.textile, *self.group, self.thin, self.renamed, self.food,
        ]  # fmt: skip


def story_accounts(file: CustomerFile) -> StoryAccounts:
    return StoryAccounts(
        huashu=_huashu(file),
        tyre=_tyre(file),
        textile=_textile(file),
        group=_group(file),
        thin=_thin(file),
        renamed=_renamed(file),
        food=_food(file),
    )


def _huashu(file: CustomerFile) -> Account:
    """① A new purchasing manager buys filters elsewhere; machines are still bought, until now."""
    machines = {"screw": 0.70, "drying": 0.10, "maintenance": 0.08, "centrifugal": 0.12}
    annual, filters = 18_700_000, 0.17
    whole = {line: share * (1 - filters) for line, share in machines.items()}
    return Account(
        customer=_enter(file, "huashu", industry="heavy", place="泺口", seller="王敏"),
        phases=(
            Phase(SIMULATED_FROM, annual, {**whole, "filters_oil": filters}),
            Phase(FILTERS_LOST_ON, annual * (1 - filters), machines),
        ),
        mean_gap=21,
        spread=0.22,
        last_order_on=LAST_ORDER_OF_HUASHU,
    )


def _tyre(file: CustomerFile) -> tuple[Account, Account]:
    """② All growth comes from a new plant, which buys as a legal entity of its own."""
    parent = _enter(file, "tyre", industry="tyre", place="胶莱", seller="赵启航")
    plant = file.enter(
        names()["stories"]["tyre_new_plant"],
        industry="tyre",
        place="胶莱",
        since=NEW_PLANT_ON,
        seller="赵启航",
    )
    old = Account(
        parent, (Phase(SIMULATED_FROM, 17_200_000, REPEAT_TYRE),), mean_gap=14, spread=0.25
    )
    new = Account(
        replace(plant, parent_id=parent.customer_id),
        (Phase(NEW_PLANT_ON, 8_600_000, REPEAT_TYRE),),
        mean_gap=16,
        spread=0.25,
    )
    return replace(old, growth=-0.01), new


def _textile(file: CustomerFile) -> Account:
    """③ As many orders and machines as ever, but cheap models. Each machine now costs less than
    half, so the plan shrinks with it and the count stays."""
    mix = {"screw": 0.76, "filters_oil": 0.18, "drying": 0.06}
    cheap = {"screw": 0.52, "filters_oil": 0.35, "drying": 0.13}
    return Account(
        customer=_enter(file, "textile", industry="textile", place="聊河", seller="孙若溪"),
        phases=(
            Phase(SIMULATED_FROM, 2_600_000, mix, tier="premium"),
            Phase(CHEAP_MODELS_ON, 1_320_000, cheap, tier="economy"),
        ),
        mean_gap=11.5,
        spread=0.2,
    )


def _group(file: CustomerFile) -> tuple[Account, ...]:
    """④ Six legal entities, none as much as 2 % of sales, together about 11 %."""
    places = ("岱阳", "济阴", "汶岭", "沂岚", "淄河", "登瀛")
    entities: list[Account] = []
    for name, place in zip(names()["stories"]["group"], places, strict=True):
        customer = file.enter(
            name, industry="heavy", place=place, since=date(2016, 5, 1), seller="梁仲文"
        )
        if entities:
            customer = replace(customer, parent_id=entities[0].customer.customer_id)
        plan = Phase(SIMULATED_FROM, 3_430_000, {**REPEAT_TYRE, "screw": 0.6})
        entities.append(Account(customer, (plan,), mean_gap=17 + len(entities), spread=0.35))
    return tuple(entities)


def _thin(file: CustomerFile) -> Account:
    """⑥ Among the five largest, sold at a thin margin, with rebates, long terms, free service."""
    mix = {"screw": 0.82, "drying": 0.1, "filters_oil": 0.08}
    return Account(
        customer=_enter(file, "thin", industry="heavy", place="岱阳", seller="王敏"),
        phases=(Phase(SIMULATED_FROM, 10_600_000, mix),),
        mean_gap=15,
        spread=0.3,
        price_level=0.80,
    )


def _renamed(file: CustomerFile) -> Account:
    """⑨ One legal entity that changes its name; the order rhythm goes on."""
    return Account(
        customer=_enter(file, "renamed_before", industry="tyre", place="汶岭", seller="孙若溪"),
        phases=(Phase(SIMULATED_FROM, 2_600_000, REPEAT_TYRE),),
        mean_gap=18,
        spread=0.3,
    )


def _food(file: CustomerFile) -> Account:
    """Buys filters and maintenance only, where its peers buy machines, dryers and retrofits too."""
    return Account(
        customer=_enter(file, "food", industry="food", place="泺口", seller="孙若溪"),
        phases=(Phase(SIMULATED_FROM, 1_500_000, {"filters_oil": 0.7, "maintenance": 0.3}),),
        mean_gap=16,
        spread=0.3,
    )


def _enter(file: CustomerFile, key: str, *, industry: str, place: str, seller: str) -> Customer:
    since = date(2015, 3, 1)
    return file.enter(
        names()["stories"][key], industry=industry, place=place, since=since, seller=seller
    )
