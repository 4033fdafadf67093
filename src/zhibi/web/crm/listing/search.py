"""Accounts by any part of a name, its pinyin or initials, by credit code or customer number;
people by what they are called.

The rarest three letters of what was typed lead to the accounts that may be meant; each is then
looked at. How rare they are is counted up to a limit, all of them in one query.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from zhibi.web.crm.access import accounts_of, has_few_owners, in_scope, tasks_of
from zhibi.web.crm.actions.search_terms import LENGTH, key_of, pieces_of
from zhibi.web.crm.listing.syllables import readings
from zhibi.web.crm.models import Account, Contact, SearchTerm, SourceCustomer, Task
from zhibi.web.crm.models.account import LIVING
from zhibi.web.team.models import User

LONGEST: Final = 60
COMMON: Final = 20_000  # of a piece in more, the biggest accounts are looked at first
FEW_ACCOUNTS: Final = 2_000  # whose people are all looked at
NEAR: Final = 1_000  # people looked at where there are more
CODE_LENGTH: Final = 18
HALVES, BEHIND_HALVES = 0xD800, 0xE000  # of letters that UTF-16 writes in two


@dataclass(frozen=True, slots=True)
class Matching:
    """What must hold of an account that is meant, and the way there."""

    holds: Q
    shortcut: Q | None
    is_rare: bool = False  # few accounts lie on that way

    def shortcut_for(self, user: User) -> Q | None:
        """The way there; None where a few owners have fewer accounts than lie on it."""
        return self.shortcut if self.is_rare or not has_few_owners(user) else None


def matching(text: str) -> Matching | None:
    """How accounts are found by what was typed; None when that is nothing."""
    key = key_of(text.replace("\0", ""))[:LONGEST]
    if not key:
        return None
    numbered = list(_by_number(text.strip(), key))
    named = _named(key, text.strip())
    groups, is_rare = _groups(key)
    shortcut = _shortcut(groups) if groups else None
    if numbered:
        named |= Q(pk__in=numbered)
        shortcut = shortcut | Q(pk__in=numbered) if shortcut is not None else None
    return Matching(named, shortcut, is_rare)


def _named(key: str, text: str) -> Q:
    held = Q(name_key__contains=key) | Q(former_names__icontains=text[:LONGEST])
    if key.isascii():
        held |= Q(initials__contains=key)
        if readings(key):
            held |= Q(pinyin__contains=key)
    return held


def _by_number(text: str, key: str) -> set[int]:
    """The accounts of a customer number, or whose credit code begins so."""
    if not key.isascii():
        return set()
    numbered = SourceCustomer.objects.filter(customer_id__in={text, text.upper()})
    found = set(numbered.values_list("account_id", flat=True)[:50])
    code = key.upper()
    has_digit = any(letter.isdigit() for letter in code)
    if 4 <= len(code) <= CODE_LENGTH and code.isalnum() and has_digit:
        last = code.ljust(CODE_LENGTH, "Z")
        of_code = Account.objects.filter(credit_code__gte=code, credit_code__lte=last)
        found |= set(of_code.values_list("pk", flat=True)[:50])
    return found


def _groups(key: str) -> tuple[list[list[str]], bool]:
    """The pieces that an account has for each way to read what was typed, rarest first, and
    whether each way has a rare one. Empty when a way has no piece: every account may be meant."""
    ways = [pieces_of(key), *(pieces_of(initials) for initials in readings(key))]
    if not all(ways):
        return [], False
    counted = _counts(sorted(set().union(*ways)))
    groups = [sorted(way, key=lambda piece: (counted[piece], piece)) for way in ways]
    return groups, all(counted[group[0]] < COMMON for group in groups)


def _counts(pieces: list[str]) -> dict[str, int]:
    """In how many accounts each piece stands, up to a limit."""
    one = (
        "(SELECT count(*) FROM (SELECT 1 AS found FROM crm_searchterm WHERE "
        f"term >= %s AND term < %s LIMIT {COMMON}) AS counted)"
    )
    with connection.cursor() as cursor:
        ranges = [end for piece in pieces for end in (piece, _behind(piece))]
        cursor.execute(f"SELECT {', '.join([one] * len(pieces))}", ranges)
        return dict(zip(pieces, cursor.fetchone(), strict=True))


def _behind(text: str) -> str:
    """What comes next after all that begins with the text; half a pair is no letter to ask for."""
    after = ord(text[-1]) + 1
    return text[:-1] + chr(BEHIND_HALVES if after == HALVES else min(after, sys.maxunicode))


def _shortcut(groups: list[list[str]]) -> Q:
    """Accounts that have the three rarest pieces of any of the groups."""
    ways = []
    for group in groups:
        every = _is(group[0])
        for piece in group[1:3]:
            every &= Q(Exists(SearchTerm.objects.filter(_is(piece), account=OuterRef("account"))))
        ways.append(SearchTerm.objects.filter(every).values("account"))
    # A union, since PostgreSQL reads every term for conditions of which any may hold.
    return Q(pk__in=ways[0].union(*ways[1:]) if len(ways) > 1 else ways[0])


def _is(piece: str) -> Q:
    if len(piece) == LENGTH:
        return Q(term=piece)
    return Q(term__gte=piece, term__lt=_behind(piece))


def people_found(user: User, text: str, *, limit: int) -> list[Contact]:
    """People at accounts that `user` sees, by the beginning of their name or its initials; where
    the accounts are few, by any part."""
    typed = "".join(text.replace("\0", "").split())[:LONGEST]
    if len(typed) < 2 or not typed.isprintable():
        return []
    column = "initials" if typed.isascii() else "name"
    typed = typed.lower() if typed.isascii() else typed
    people = Contact.objects.filter(deleted_at=None, erased_at=None)
    own = list(accounts_of(user).values_list("pk", flat=True)[: FEW_ACCOUNTS + 1])
    if len(own) <= FEW_ACCOUNTS:
        named = Q(name__icontains=typed) | Q(initials__contains=typed)
        found = people.filter(named, account__in=own)
    else:
        begins = {f"{column}__gte": typed, f"{column}__lt": _behind(typed)}
        near = list(people.filter(**begins).values_list("pk", "account_id")[:NEAR])
        living = Account.objects.filter(LIVING, in_scope(user, is_indexed=False))
        seen = living.filter(pk__in={account for _, account in near})
        kept = set(seen.values_list("pk", flat=True))
        found = people.filter(pk__in=[pk for pk, account in near if account in kept][:limit])
    return list(found.select_related("account").order_by("name", "pk")[:limit])


def tasks_found(user: User, text: str, *, limit: int) -> list[Task]:
    """Open tasks of `user` whose title has the text in it."""
    mine = tasks_of(user).filter(assignee=user, done_at=None)
    named = mine.filter(title__icontains=text.replace("\0", "").strip()[:LONGEST])
    return list(named.select_related("account").order_by("due_on", "pk")[:limit])
