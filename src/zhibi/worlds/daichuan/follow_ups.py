"""The follow-ups: a sentence for each talk, with whom and at what hour, and the promises made.

A sentence names only what is so on its day. Old promises were nearly all kept; of the latest some
are still open, and of the seller's who left exactly the nine that were told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from zhibi.worlds.daichuan.accounts import ENDS_ON, STARTS_ON
from zhibi.worlds.daichuan.catalogue import names, sentences
from zhibi.worlds.daichuan.contacts import NEW_MANAGER, NEW_MANAGER_AT, TITLES, Known
from zhibi.worlds.daichuan.dealings import (
    MACHINE_DAYS,
    PART_DAYS,
    SERVICE_DAYS,
    Dealings,
    festival_near,
)
from zhibi.worlds.daichuan.organisation import usernames
from zhibi.worlds.daichuan.phrases import Choice, Phrase, phrases
from zhibi.worlds.daichuan.prospects import LEFT_ON
from zhibi.worlds.daichuan.stories_told import OPEN_PROMISES, title_of
from zhibi.worlds.daichuan.talks import Talk, group_of
from zhibi.worlds.organisation import FollowUp, Promise
from zhibi.worlds.shutdowns import nearest_working_day
from zhibi.worlds.world import Customer

CHINA = ZoneInfo("Asia/Shanghai")
HOURS = {"visit": (9, 10, 13, 14, 15, 16), "call": (8, 9, 10, 11, 14, 15, 16, 17)}
MESSAGE_HOURS = (8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20)
LEAST_TALKED = 1.0  # who is hardly talked to at all is not asked for an invoice either
LATE_CHANCE = {"old": 0.015, "recent": 0.22}  # that a promise past its day is still open
RECENT_DAYS = 45
KEPT_EARLY_CHANCE = 0.2  # of promises not yet due


@dataclass(frozen=True, slots=True)
class Setting:
    """What the words of every talk are drawn from."""

    language: str
    contacts: Mapping[str, Sequence[Known]]
    dealings: Mapping[str, Dealings]
    stories: Mapping[str, str]  # customer_id → story
    signed_on: Mapping[str, date]  # of who was a prospect
    large: frozenset[str]
    leaving: str  # username


def follow_ups_of(seed: int, talks: Iterable[Talk], setting: Setting) -> tuple[FollowUp, ...]:
    rng = np.random.default_rng([seed, 13])
    choice = Choice(rng)
    usernames_by_name = usernames(setting.language)
    found = [
        _follow_up(rng, talk, choice, setting, username=usernames_by_name[talk.person])
        for talk in talks
    ]
    found.sort(key=lambda one: (one.at, one.customer_id, one.follow_up_id))
    return tuple(
        replace(one, follow_up_id=f"GJ{one.at:%y%m}{place:05d}")
        for place, one in enumerate(found, start=1)
    )


def _follow_up(
    rng: np.random.Generator, talk: Talk, choice: Choice, setting: Setting, *, username: str
) -> FollowUp:
    own = setting.contacts[talk.customer.customer_id]
    slots = _slots(rng, talk, setting)
    phrase = _phrase(talk, choice, setting, {*slots, "who"})
    known = _spoken_to(rng, talk, phrase, own, setting)
    slots["who"] = known.called
    return FollowUp(
        follow_up_id="",
        customer_id=talk.customer.customer_id,
        username=username,
        at=_hour(rng, talk),
        kind=talk.kind,
        contact_id=known.contact.contact_id,
        text=phrase.text.format(**slots),
        promise=_promise(rng, talk, phrase, slots, is_leaving=username == setting.leaving),
    )


def _phrase(talk: Talk, choice: Choice, setting: Setting, named: Iterable[str]) -> Phrase:
    if talk.story:
        return phrases(f"stories.{talk.story}", setting.language)[talk.place]
    pool = [
        one for one in _pool(talk, setting) if talk.on.month in (one.months or (talk.on.month,))
    ]
    return choice.of(talk.customer.customer_id, pool, named)


def _spoken_to(
    rng: np.random.Generator, talk: Talk, phrase: Phrase, own: Sequence[Known], setting: Setting
) -> Known:
    """Of money with who buys or pays, of the rest with the others, where there are such; never with
    ①'s new purchasing manager, whom nobody has met."""
    title, draw = title_of(talk), float(rng.random())
    if named := [known for known in own if known.title == title]:
        return named[0]
    if setting.stories.get(talk.customer.customer_id) == NEW_MANAGER_AT:
        own = [known for known in own if known.title != NEW_MANAGER]
    fitting = [
        one for one in own if (one.contact.function == "purchasing") == phrase.is_about_money
    ]
    if sum(TITLES[one.title][2] for one in fitting) < LEAST_TALKED:
        fitting = list(own)
    weights = np.cumsum([TITLES[one.title][2] for one in fitting])
    return fitting[int(np.searchsorted(weights, draw * weights[-1], side="right"))]


def _pool(talk: Talk, setting: Setting) -> list[Phrase]:
    """The sentences that suit whom the talk was with and what it was about."""
    own = setting.dealings.get(talk.customer.customer_id, Dealings())
    group = group_of(talk.customer)
    sections = [f"{talk.kind}.{group}"]
    if _is_prospect(talk, own, setting):
        sections = [f"prospect.{_step(talk)}"]
    elif own.is_lost(talk.on):
        sections = [f"lost.{talk.kind}"]
    elif talk.has_proposal:
        sections = [f"proposal.{group}"]
    elif talk.kind == "message":
        sections += ["message.any"] if group == "dealer" else ["message.any", "message.direct"]
    elif talk.kind == "visit" and group != "dealer":
        sections.append(f"visit.{talk.customer.industry}")
    return [phrase for section in sections for phrase in phrases(section, setting.language)]


def _is_prospect(talk: Talk, own: Dealings, setting: Setting) -> bool:
    """Whether it has neither signed nor ordered; the talk in which it signs is the last such."""
    customer = talk.customer
    if customer.since < STARTS_ON or customer.former_name or own.has_ordered(talk.on):
        return False
    signed_on = setting.signed_on.get(customer.customer_id, date.max)
    return talk.on < signed_on or talk.step == "signed"


def _step(talk: Talk) -> str:
    """What a talk with who never bought was about."""
    if talk.step in ("", "lead"):
        return "message" if talk.kind == "message" else "call" if talk.kind == "call" else "visit"
    return talk.step


def _slots(rng: np.random.Generator, talk: Talk, setting: Setting) -> dict[str, str]:
    """What a sentence may name on this day: chance for small things, the records for the rest."""
    words = sentences(setting.language)
    months, weekdays = words["formats"]["months"], words["formats"]["weekdays"]
    slots = {
        "month": months[(talk.on.month + int(rng.integers(0, 3))) % 12],
        "weekday": weekdays[int(rng.integers(0, len(weekdays)))],
        "hours": str(int(rng.integers(18, 80)) * 100),
        "bar": f"{rng.integers(56, 70) / 10:.1f}",
        "degrees": str(int(rng.integers(94, 109))),
        "percent": str(int(rng.integers(4, 13))),
        "offer": offer_of(talk.customer, talk.on, setting),
    }
    called = {known.title: known.called for known in setting.contacts[talk.customer.customer_id]}
    return slots | called | _recorded(talk, setting)


def offer_of(customer: Customer, day: date, setting: Setting) -> str:
    """What is offered to a customer: the same for half a year."""
    offers = sentences(setting.language)["offers"]
    own = offers.get(customer.industry, offers["factory"])
    if own is offers["factory"] and customer.customer_id not in setting.large:
        own = own[:-1]
    half_year = day.year * 2 + (day.month > 6)
    return str(own[(int(customer.customer_id[2:]) + half_year) % len(own)])


def owed_of(customer: Customer, dealings: Dealings, day: date, language: str) -> str:
    """What is overdue on a day in words, or nothing. Dealers pay ahead."""
    cents = dealings.owed(day)
    if not cents or customer.route == "dealer":
        return ""
    amounts = {"wan": round(cents / 1_000_000), "thousands": round(cents / 100_000)}
    return str(sentences(language)["formats"]["money"].format(**amounts))


def _recorded(talk: Talk, setting: Setting) -> dict[str, str]:
    """What the records say of the days before: shipped, owed, served, silent, a holiday near."""
    own = setting.dealings.get(talk.customer.customer_id, Dealings())
    words, products = sentences(setting.language), names(setting.language)["products"]
    found = {}
    if product := own.lately(own.machines, talk.on, MACHINE_DAYS):
        found["machine"] = products[product].rsplit(" ", 1)[-1]
    if product := own.lately(own.parts, talk.on, PART_DAYS):
        found["part"] = products[product].rsplit(" ", 1)[0].lower()
    if engineer := own.lately(own.services, talk.on, SERVICE_DAYS):
        found["engineer"] = engineer
    if owed := owed_of(talk.customer, own, talk.on, setting.language):
        found["owed"] = owed
    if days := own.quiet_days(talk.on):
        found["quiet"] = str(days)
    if festival := festival_near(talk.on):
        found["festival"] = words["festivals"][festival]
    return found


def _hour(rng: np.random.Generator, talk: Talk) -> datetime:
    hours = HOURS.get(talk.kind, MESSAGE_HOURS)
    minute = int(rng.integers(0, 12)) * 5
    if talk.kind == "message":
        minute = int(rng.integers(0, 60))
    return datetime.combine(talk.on, time(hours[int(rng.integers(0, len(hours)))], minute), CHINA)


def _promise(
    rng: np.random.Generator,
    talk: Talk,
    phrase: Phrase,
    slots: Mapping[str, str],
    *,
    is_leaving: bool,
) -> Promise | None:
    draws = rng.random(2), int(rng.integers(-2, 5))  # always drawn, so that nothing else moves
    if not phrase.by:
        return None
    due_on = nearest_working_day(talk.on + timedelta(days=phrase.days))
    kept_on: date | None = max(due_on + timedelta(days=draws[1]), talk.on + timedelta(days=1))
    if is_leaving:
        kept_on = None if talk.story == OPEN_PROMISES else min(due_on, LEFT_ON)
    elif due_on > ENDS_ON:
        kept_on = talk.on + timedelta(days=1) if draws[0][0] < KEPT_EARLY_CHANCE else None
    elif draws[0][1] < LATE_CHANCE["recent" if _is_recent(due_on) else "old"]:
        kept_on = None
    if kept_on and kept_on > ENDS_ON:
        kept_on = None
    return Promise(phrase.by, phrase.promise.format(**slots), due_on, kept_on)


def _is_recent(due_on: date) -> bool:
    return (ENDS_ON - due_on).days <= RECENT_DAYS
