"""What one person sees of the company's customers: its name, and the list they are cut to."""

from __future__ import annotations

import hashlib
from typing import Final

from django.db.models import Count, F, Sum, Value

from zhibi.web.crm.access import accounts_of, scope_key
from zhibi.web.crm.facts import TYPED_HERE, Key
from zhibi.web.crm.models import SourceCustomer
from zhibi.web.team.models import User

ALL: Final = "all"
BATCH: Final = 5_000


def scope_of(user: User) -> str:
    """What the person sees, as a name that says nothing of it to others."""
    scope = scope_key(user)
    return scope if scope == ALL else hashlib.sha256(scope.encode()).hexdigest()


def customers_seen(user: User) -> list[Key]:
    """Source system and number of each customer that one of the person's accounts is."""
    seen = accounts_of(user)
    sources = SourceCustomer.objects.filter(account__in=seen)
    found = list(sources.values_list("source_system", "customer_id").iterator(BATCH))
    typed = seen.filter(sources=None).values_list("uid", flat=True)
    return sorted(found + [(TYPED_HERE, str(uid)) for uid in typed.iterator(BATCH)])


def accounts_mark(user: User) -> str:
    """Another one, in all but a coincidence, whenever the person sees other accounts: quick."""
    if scope_of(user) == ALL:
        return ""
    # Of sums of numbers two hands of accounts often have the same; of sums of parts hardly ever.
    seen = accounts_of(user).aggregate(n=Count("pk"), parts=Sum(Value(10**17) / F("pk")))
    return f"{seen['n']}-{seen['parts'] or 0}"


def mark_of_customers(user: User) -> str:
    """Another one whenever the person sees other customers; empty for who sees all."""
    if scope_of(user) == ALL:
        return ""
    return hashlib.sha256(repr(customers_seen(user)).encode()).hexdigest()
