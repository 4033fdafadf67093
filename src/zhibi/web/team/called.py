"""Whom a name means, as colleagues or order exports write it."""

from __future__ import annotations

from collections import Counter

from django.db.models import QuerySet

from zhibi.web.team.models import SellerName, User


def people_called(people: QuerySet[User]) -> dict[str, User]:
    """These people by name. One that two of them have means nobody, unless it was said of whom an
    export speaks by it."""
    known = people.in_bulk()
    times = Counter(one.name for one in known.values())
    found = {one.name: one for one in known.values() if times[one.name] == 1}
    said = SellerName.objects.filter(user__in=known).values_list("name", "user_id")
    return found | {name: known[pk] for name, pk in said}
