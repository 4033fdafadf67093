"""Who buys from Daichuan: each customer with the plan it buys by.

A plan is what a customer would spend in a year of average season, on what, and how often. Orders
follow it with chance in the gaps and the choice of product, so what is true is known.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from zhibi.worlds.credit_code import made_up_credit_code
from zhibi.worlds.daichuan.catalogue import INDUSTRY_MIX, PROJECTS, names
from zhibi.worlds.shutdowns import nearest_working_day
from zhibi.worlds.world import Customer

SIMULATED_FROM = date(2022, 10, 1)  # a year before the first export, so that receipts have a past
STARTS_ON = date(2023, 10, 1)
ENDS_ON = date(2026, 9, 30)

LARGE_ACCOUNT = 800_000  # yuan a year from which centrifugal machines and retrofits are bought
USUAL_PRICE = 0.95  # of list
DEALER_PRICE = 0.88

DEALER_YEARS = (8.0, 7.3, 6.6, 5.6, 5.0, 4.5, 4.1, 3.6, 3.1, 2.7, 2.3, 2.0)  # millions of yuan
ORDINARY_ACCOUNTS = 318
ORDINARY_TOTAL = 62_000_000  # yuan a year, all of them together
ORDINARY_SPREAD = 0.9  # sigma of log size
NEW_SHARE, LOST_SHARE, PAUSED_SHARE = 0.16, 0.17, 0.02
INDUSTRY_SHARES = {
    "heavy": 0.25, "textile": 0.17, "tyre": 0.10, "food": 0.17,
    "cleanroom": 0.14, "hospital": 0.11, "government": 0.06,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phase:
    """A plan from a day on. `annual` is yuan net of tax; 0 means nothing is bought."""

    starts_on: date
    annual: float
    mix: Mapping[str, float]
    tier: str = ""  # of screw machines: economy, premium, or any


@dataclass(frozen=True, slots=True)
class Account:
    """A customer and its plan."""

    customer: Customer
    phases: tuple[Phase, ...]
    mean_gap: float  # open days between orders
    spread: float  # sigma of the log gaps
    price_level: float = USUAL_PRICE
    growth: float = 0.0  # a year, continuous
    stops_on: date | None = None
    last_order_on: date | None = None  # gaps are counted back from here when it is given

    def phase_on(self, day: date) -> Phase | None:
        """The plan in force, None before the first."""
        started = [phase for phase in self.phases if phase.starts_on <= day]
        return started[-1] if started else None


@dataclass
class CustomerFile:
    """Hands out customer numbers, codes, places and sellers; nothing is given twice."""

    rng: np.random.Generator
    taken: set[str] = field(default_factory=set)  # names that somebody has

    def __post_init__(self) -> None:
        self._serials: dict[str, Iterator[int]] = {}
        self._team = {
            seller: team for team, sellers in names()["sellers"].items() for seller in sellers
        }

    def enter(
        self, name: str, *, industry: str, place: str, since: date, seller: str = ""
    ) -> Customer:
        """A new customer of `place`, kept by `seller` or by somebody of its region."""
        region, digits = names()["places"][place]
        seller = seller or str(self.rng.choice(names()["sellers"][region]))
        public = industry in ("hospital", "government")
        route = "dealer" if industry == "dealer" else "direct"
        self.taken.add(name)
        return Customer(
            customer_id=self.number(region),
            name=name,
            credit_code=made_up_credit_code(
                self.rng, registrar="12" if public else "91", place=digits
            ),
            industry=industry,
            region=region,
            kind=_kind(industry, since, is_key=self._team[seller] == "key_accounts"),
            route=route,
            salesperson=seller,
            team=self._team[seller],
            since=since,
        )

    def number(self, region: str) -> str:
        """A six-digit customer number with a leading zero: two of the region, four in turn."""
        place = list(names()["regions"]).index(region) + 1
        serial = self._serials.setdefault(region, itertools.count(1))
        return f"{place:02d}{next(serial):04d}"

    def free_name(self, industry: str) -> tuple[str, str]:
        """A name nobody has yet, and its place."""
        while True:
            place = str(self.rng.choice(list(names()["places"])))
            suffix = str(self.rng.choice(names()["suffixes"][industry]))
            is_public = industry in ("hospital", "government")
            brand = "" if is_public else str(self.rng.choice(names()["brands"]["names"]))
            name = place + brand + suffix
            if name not in self.taken:
                return name, place


def _kind(industry: str, since: date, *, is_key: bool) -> str:
    if industry == "dealer":
        return "dealer"
    if since > ENDS_ON - timedelta(days=365):
        return "new"
    return "partner" if is_key or since.year <= 2017 else "regular"


def ordinary_accounts(rng: np.random.Generator, file: CustomerFile) -> list[Account]:
    """The many: direct customers of every industry, some new, lost or paused."""
    sizes = rng.lognormal(0, ORDINARY_SPREAD, ORDINARY_ACCOUNTS)
    sizes *= ORDINARY_TOTAL / sizes.sum()
    return [_ordinary_account(rng, file, annual=float(size)) for size in sizes]


def _ordinary_account(rng: np.random.Generator, file: CustomerFile, *, annual: float) -> Account:
    industry = str(rng.choice(list(INDUSTRY_SHARES), p=list(INDUSTRY_SHARES.values())))
    is_new = rng.random() < NEW_SHARE
    since = _some_day(rng, STARTS_ON, ENDS_ON - timedelta(days=60)) if is_new else _some_day(
        rng, date(2010, 1, 1), date(2022, 6, 30)
    )  # fmt: skip
    name, place = file.free_name(industry)
    mix = mix_of(rng, industry, annual)
    account = Account(
        customer=file.enter(name, industry=industry, place=place, since=since),
        phases=(Phase(max(since, SIMULATED_FROM), annual, mix),),
        mean_gap=float(np.clip(34 * (160_000 / annual) ** 0.45 * rng.lognormal(0, 0.35), 9, 110)),
        spread=float(rng.uniform(0.25, 0.6)),
        price_level=float(USUAL_PRICE + rng.normal(0, 0.02)),
        growth=float(rng.normal(0.01, 0.10)),
    )
    return _with_fate(rng, account)


def _with_fate(rng: np.random.Generator, account: Account) -> Account:
    """The account, or the same one lost on some day, or away for more than a year."""
    chance, first = rng.random(), account.phases[0]
    if chance < LOST_SHARE:
        earliest = max(first.starts_on + timedelta(days=200), STARTS_ON)
        if earliest < ENDS_ON - timedelta(days=30):
            return replace(account, stops_on=_some_day(rng, earliest, ENDS_ON))
    elif chance < LOST_SHARE + PAUSED_SHARE and first.starts_on < STARTS_ON:
        away = _some_day(rng, date(2024, 1, 1), date(2024, 12, 31))
        back = nearest_working_day(away + timedelta(days=400))
        pause, again = replace(first, starts_on=away, annual=0.0), replace(first, starts_on=back)
        return replace(account, phases=(first, pause, again))
    return account


def dealers(rng: np.random.Generator, file: CustomerFile) -> list[Account]:
    """Twelve dealers, about three tenths of all sales; the one in the story has its own name."""
    accounts = []
    for rank, millions in enumerate(DEALER_YEARS):
        name, place = file.free_name("dealer")
        if rank == 3:
            name, place = names()["stories"]["overstocked_dealer"], "潍北"
        since = _some_day(rng, date(2009, 1, 1), date(2019, 12, 31))
        accounts.append(
            Account(
                customer=file.enter(name, industry="dealer", place=place, since=since),
                phases=(Phase(SIMULATED_FROM, millions * 1e6, INDUSTRY_MIX["dealer"]),),
                mean_gap=float(rng.uniform(6, 11)),
                spread=0.35,
                price_level=DEALER_PRICE + float(rng.normal(0, 0.01)),
                growth=float(rng.normal(0.01, 0.03)),
            )
        )
    return accounts


def mix_of(rng: np.random.Generator, industry: str, annual: float) -> dict[str, float]:
    """What a customer of an industry buys: filters always, other lines four times in five, and
    projects only when it is large. Shares add up to one."""
    shares = {
        line: share * float(rng.lognormal(0, 0.25))
        for line, share in INDUSTRY_MIX[industry].items()
        if line == "filters_oil"
        or (rng.random() < 0.8 and not (line in PROJECTS and annual < LARGE_ACCOUNT))
    }
    whole = sum(shares.values())
    return {line: share / whole for line, share in shares.items()}


def _some_day(rng: np.random.Generator, first: date, last: date) -> date:
    return first + timedelta(days=int(rng.integers(0, (last - first).days + 1)))
