"""People come, change roles and leave; each step leaves its lines in the audit."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction

from zhibi.errors import ZhibiError
from zhibi.web.team.actions.edit import note
from zhibi.web.team.actions.own import set_fields, set_password
from zhibi.web.team.actions.sign_in import end_sessions
from zhibi.web.team.models import Role, SellerName, User

CLEAR: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter that looks like another
GROUPS: Final = 4


def new_password() -> str:
    """Sixteen signs in four groups: easy to read out, 79 bits to guess."""
    return "-".join("".join(secrets.choice(CLEAR) for _ in range(4)) for _ in range(GROUPS))


def add_person(person: User, *, seller_names: Iterable[str], by: User) -> str | None:
    """Let a person in and give their first password. None when the same form was sent before."""
    if _is_known(person):
        return None
    password = new_password()
    person.username = person.username.lower()
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
            note(person, "created", by=by, after=person.role)
            _set_seller_names(person, seller_names, by=by)
    except IntegrityError:
        if not _is_known(person):  # another of the same user name
            raise
        return None
    return password


def _is_known(person: User) -> bool:
    return User.objects.filter(uid=person.uid).exists()


@transaction.atomic
def change_person(
    person: User, values: Mapping[str, Any], *, seller_names: Iterable[str], by: User
) -> None:
    """Name, role, and the names under which order exports know this person."""
    if values.get("role", person.role) != Role.ADMINISTRATOR:
        _keep_an_administrator(person)
    set_fields(person, values, by=by)
    _set_seller_names(person, seller_names, by=by)


@transaction.atomic
def deactivate(person: User, *, by: User) -> None:
    """This person is out at once. What they owned stays theirs until somebody hands it over."""
    _keep_an_administrator(person)
    set_fields(person, {"is_active": False}, by=by)
    end_sessions(person)


def reactivate(person: User, *, by: User) -> None:
    set_fields(person, {"is_active": True}, by=by)


def reset_password(person: User, *, by: User) -> str:
    """A new password, told once, by word of mouth; every session ends."""
    password = new_password()
    set_password(person, password, by=by)
    return password


def _keep_an_administrator(person: User) -> None:
    """All are locked: of the last two, each could let the other go at the same moment."""
    known = User.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True)
    if set(known.order_by("pk").values_list("pk", flat=True)) == {person.pk}:
        raise ZhibiError(
            "{person} is the last administrator; make somebody else administrator first.",
            person=person.name,
        )


def _set_seller_names(person: User, names: Iterable[str], *, by: User) -> None:
    before = set(person.seller_names.values_list("name", flat=True))
    after = set(names)
    if before == after:
        return
    person.seller_names.filter(name__in=before - after).delete()
    SellerName.objects.bulk_create(SellerName(name=name, user=person) for name in after - before)
    said = {"before": ", ".join(sorted(before)), "after": ", ".join(sorted(after))}
    note(person, "seller names", by=by, **said)
