"""A company's own people, whom they know at its customers, and what they write down.

A world's customers, orders and money say what happened; these say who was there: teams with their
people over time, contacts, follow-ups with the promises made in them, and what is still to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Team:
    code: str
    name: str
    parent: str = ""  # the code of the team above


@dataclass(frozen=True, slots=True)
class User:
    """One of our people; `role` is salesperson, manager, director, analyst or administrator."""

    username: str
    name: str
    role: str
    title: str


@dataclass(frozen=True, slots=True)
class Membership:
    """Somebody's days in a team, both included; without an end it goes on."""

    username: str
    team: str
    starts_on: date
    ends_on: date | None = None
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a customer.

    `layer` is image, decision, execution or use; `function` use, technical or purchasing;
    `depth` how well we know them: unknown, none, met_once, several or in_depth.
    """

    contact_id: str
    customer_id: str
    name: str
    title: str
    layer: str
    function: str
    phone: str
    known_since: date
    depth: str = "unknown"


@dataclass(frozen=True, slots=True)
class Promise:
    """What one side said it would do; `by` is ours or theirs, and `kept_on` None while open."""

    by: str
    text: str
    due_on: date
    kept_on: date | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One sentence about one talk with a customer or prospect; `kind` is visit, call or message."""

    follow_up_id: str
    customer_id: str
    username: str
    at: datetime
    kind: str
    contact_id: str | None
    text: str
    promise: Promise | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do for a customer, or for nobody in particular; open until `done_on`."""

    task_id: str
    customer_id: str | None
    username: str
    title: str
    created_on: date
    due_on: date
    done_on: date | None = None
