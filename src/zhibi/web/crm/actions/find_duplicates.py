"""Accounts that may be one company: by names that differ only in spelling, legal form or place."""

from __future__ import annotations

from typing import Any, Final

from zhibi.tables.credit_code import is_credit_code
from zhibi.tables.ingest.names import name_key, propose_merges
from zhibi.web.crm.access import accounts_of, accounts_to_edit
from zhibi.web.crm.listing.conditions import Asked, found
from zhibi.web.crm.listing.search import matching
from zhibi.web.crm.models import Account
from zhibi.web.team.models import User

MOST: Final = 300  # groups that a person looks through
LOOKED_AT: Final = 200
SHOWN: Final = 5


def find_duplicates(user: User) -> dict[str, Any]:
    """Groups of uids among the accounts that `user` may change, and how many groups there are.

    Two accounts with different credit codes are two legal entities, however alike their names.
    """
    rows = accounts_to_edit(user).values_list("uid", "name", "credit_code")
    names, codes = [], {}
    for uid, name, code in rows.iterator():
        names.append((str(uid), name))
        codes[str(uid)] = code
    groups = [[uid for uid, _ in one.customers] for one in propose_merges(names)]
    groups = [group for group in groups if _may_be_one([codes[uid] for uid in group])]
    return {"groups": groups[:MOST], "found": len(groups)}


def _may_be_one(codes: list[str | None]) -> bool:
    return len({code for code in codes if code}) < 2 or None in codes


def alike(user: User, name: str) -> list[Account]:
    """Accounts the person sees that may be the company of this name."""
    core = name_key(name.replace("\0", "")).core
    match = matching(core) if len(core) > 1 else None
    if match is None:
        return []
    wanted = found(user, Asked(others=[match.holds], shortcut=match.shortcut))
    near = wanted.accounts.order_by()[:LOOKED_AT]
    same = [one for one in near if name_key(one.name).core == core]
    return sorted(same, key=lambda one: (one.name, one.pk))[:SHOWN]


def of_code(user: User, code: str) -> tuple[Account | None, bool]:
    """The account with a credit code if the person sees it, and whether another has it. Asked
    only for a whole code with the right check digit: nobody finds out by trying."""
    written = code.strip().upper()
    if not is_credit_code(written):
        return None, False
    seen = accounts_of(user).filter(credit_code=written).first()
    return seen, seen is None and Account.objects.filter(credit_code=written).exists()
