"""What the sellers wrote down at the accounts of the stories: the talks whose words are set.

Each note takes the place of a visit or call that efforts record near its day; where there is none
it was a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from zhibi.worlds.daichuan.dealings import Dealings
from zhibi.worlds.daichuan.prospects import LEFT_ON
from zhibi.worlds.daichuan.talks import Talk
from zhibi.worlds.shutdowns import nearest_working_day
from zhibi.worlds.world import Customer, Prospect

NEAR_DAYS = 10
OPEN_PROMISES = "open_promises"
OPEN_WITH_CUSTOMERS = 6
PROMISED_ON = (
    date(2026, 8, 17), date(2026, 8, 7), date(2026, 8, 4), date(2026, 8, 24), date(2026, 7, 27),
    date(2026, 8, 11), date(2026, 8, 20), date(2026, 8, 26), date(2026, 8, 28),
)  # fmt: skip

# Story: day, kind and with whom, in the order of the sentences.
NOTES: Mapping[str, Sequence[tuple[date, str, str]]] = {
    "filters_lost": (
        (date(2025, 12, 17), "visit", "production"),
        (date(2026, 1, 13), "visit", "production"),
        (date(2026, 3, 27), "call", "power_plant"),
        (date(2026, 4, 22), "message", "power_plant"),
        (date(2026, 5, 7), "message", "equipment"),
        (date(2026, 6, 5), "visit", "power_plant"),
        (date(2026, 6, 8), "visit", "production"),
        (date(2026, 6, 20), "visit", "equipment"),
        (date(2026, 6, 26), "call", "power_plant"),
        (date(2026, 7, 16), "visit", "chief_engineer"),
        (date(2026, 8, 3), "visit", "equipment"),
        (date(2026, 8, 25), "visit", "power_plant"),
        (date(2026, 9, 18), "call", "equipment"),
        (date(2026, 9, 30), "visit", "production"),
    ),
    "new_plant": (
        (date(2025, 11, 6), "message", "equipment"),
        (date(2025, 12, 23), "visit", "production"),
        (date(2026, 6, 4), "visit", "equipment"),
        (date(2026, 7, 1), "call", "equipment"),
    ),
    "cheap_models": (
        (date(2025, 10, 21), "visit", "production"),
        (date(2026, 1, 6), "visit", "power_plant"),
        (date(2026, 2, 9), "visit", "production"),
        (date(2026, 8, 25), "visit", "production"),
        (date(2026, 9, 16), "visit", "production"),
    ),
    "group": (
        (date(2025, 11, 28), "visit", "chairman"),
        (date(2026, 4, 9), "visit", "chairman"),
        (date(2026, 7, 7), "visit", "purchasing"),
    ),
    "quarter_end_load": (
        (date(2025, 12, 3), "visit", "dealer_owner"),
        (date(2025, 12, 31), "message", "dealer_owner"),
        (date(2026, 1, 7), "call", "dealer_owner"),
        (date(2026, 1, 13), "call", "dealer_owner"),
        (date(2026, 6, 18), "message", "dealer_owner"),
        (date(2026, 7, 28), "visit", "dealer_owner"),
    ),
    "thin": (
        (date(2025, 11, 21), "call", "purchasing"),
        (date(2025, 12, 29), "message", "purchasing"),
        (date(2026, 3, 17), "visit", "equipment"),
        (date(2026, 5, 18), "call", "finance"),
        (date(2026, 7, 14), "visit", "purchasing"),
        (date(2026, 9, 3), "visit", "purchasing"),
    ),
    "slow_hospital": (
        (date(2025, 10, 20), "visit", "medical_equipment"),
        (date(2026, 3, 11), "message", "general_affairs"),
        (date(2026, 5, 22), "message", "general_affairs"),
        (date(2026, 7, 14), "message", "vice_president"),
        (date(2026, 9, 11), "message", "general_affairs"),
    ),
    "renamed": (
        (date(2025, 9, 16), "message", "equipment"),
        (date(2025, 9, 28), "message", "equipment"),
    ),
    "lost_tender": (
        (date(2026, 3, 24), "message", "logistics"),
        (date(2026, 4, 7), "message", "logistics"),
        (date(2026, 4, 28), "message", "logistics"),
    ),
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A note to be placed."""

    customer: Customer
    on: date
    kind: str
    story: str
    place: int


def title_of(talk: Talk) -> str | None:
    """With whom a story's talk was, where it is said."""
    notes = NOTES.get(talk.story)
    return notes[talk.place][2] if notes else None


def notes_at(accounts: Mapping[str, Customer]) -> list[Planned]:
    """The notes of each story at its account."""
    return [
        Planned(accounts[story], on, kind, story, place)
        for story, notes in NOTES.items()
        for place, (on, kind, _) in enumerate(notes)
    ]


def open_promises_at(
    customers: Iterable[Customer],
    prospects: Iterable[Prospect],
    dealings: Mapping[str, Dealings],
    leaving: str,
) -> list[Planned]:
    """⑧ One talk each with the customers of his who ordered last, and with prospects of his who
    had come furthest."""
    own = [one for one in customers if one.salesperson == leaving]
    orders = {one.customer_id: dealings[one.customer_id].orders for one in own}
    own.sort(key=lambda one: [day for day in orders[one.customer_id] if day <= LEFT_ON][-1:])
    steps = ("lead", "call", "visit", "proposal", "quotation")
    lately = [one for one in prospects if one.customer.salesperson == leaving and not one.is_won]
    lately.sort(key=lambda one: (-steps.index(one.reached), one.customer.customer_id))
    missing = len(PROMISED_ON) - OPEN_WITH_CUSTOMERS
    chosen = [*own[-OPEN_WITH_CUSTOMERS:], *(one.customer for one in lately[:missing])]
    return [
        Planned(customer, on, "visit", OPEN_PROMISES, place)
        for place, (customer, on) in enumerate(zip(chosen, PROMISED_ON, strict=True))
    ]


def with_stories(talks: Iterable[Talk], planned: Iterable[Planned]) -> list[Talk]:
    """The talks, with each note in the place of one of its kind near its day and after the note
    before it."""
    found = list(talks)
    told_on: dict[str, date] = {}
    for note in planned:
        before = told_on.get(note.story, date.min) if note.story in NOTES else date.min
        near = [
            (abs((talk.on - note.on).days), place)
            for place, talk in enumerate(found)
            if talk.customer == note.customer
            and talk.kind == note.kind != "message"
            and not talk.story
            and talk.on > before
        ]
        if near and min(near)[0] <= NEAR_DAYS:
            place = min(near)[1]
            found[place] = replace(found[place], story=note.story, place=note.place)
            told_on[note.story] = found[place].on
        else:
            on = nearest_working_day(max(note.on, before))
            told_on[note.story] = on
            person = note.customer.salesperson
            found.append(
                Talk(note.customer, on, "message", person, story=note.story, place=note.place)
            )
    return sorted(found, key=lambda talk: (talk.on, talk.customer.customer_id))
