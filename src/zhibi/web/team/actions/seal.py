"""Text about a person, readable only while that person's key is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken

from zhibi.web.team.models import Change, PersonKey

Seal = Callable[[str], str]
ASKED: Final = 500  # people of one question


def sealed(text: str, person: UUID) -> str:
    """The text under the person's key, which is made at first use."""
    return seals([person])[person](text) if text else ""


def seals(people: Iterable[UUID]) -> dict[UUID, Seal]:
    """What puts a text under the key of each of these people, which is made at first use."""
    wanted = sorted(set(people))
    found: dict[UUID, Seal] = {}
    for at in range(0, len(wanted), ASKED):
        some = wanted[at : at + ASKED]
        kept = PersonKey.objects.filter(person__in=some).values_list("person", "key")
        keys = dict(kept)
        fresh = [
            PersonKey(person=one, key=Fernet.generate_key().decode())
            for one in some
            if one not in keys
        ]
        if fresh:
            PersonKey.objects.bulk_create(fresh, ignore_conflicts=True)
            keys = dict(kept.all())  # what another has made meanwhile holds
        found.update((person, _seal(key)) for person, key in keys.items())
    return found


def _seal(key: str) -> Seal:
    own = Fernet(key)
    return lambda text: own.encrypt(text.encode()).decode() if text else ""


def forget(person: UUID) -> None:
    """Destroy the key: what the audit says about the person can never be read again."""
    PersonKey.objects.filter(person=person).delete()


def opened_lines(lines: Sequence[Change]) -> list[tuple[str | None, str | None]]:
    """What each line of the audit says was before and after; None where the person was erased."""
    people = {line.person for line in lines if line.person}
    keys = dict(PersonKey.objects.filter(person__in=people).values_list("person", "key"))
    found = []
    for line in lines:
        key = keys.get(line.person) if line.person else ""
        found.append((_read(line.before, key), _read(line.after, key)))
    return found


def _read(text: str, key: str | None) -> str | None:
    """`key` is empty for what was never sealed, None for what can no longer be read; nor can what
    was sealed before an erasure with a key that was made after it."""
    if not text or key == "":
        return text
    try:
        return Fernet(key).decrypt(text.encode()).decode() if key else None
    except InvalidToken:
        return None
