"""Text about a person, readable only while that person's key is kept."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken

from zhibi.web.team.models import Change, PersonKey


def sealed(text: str, person: UUID) -> str:
    """The text under the person's key, which is made at first use."""
    if not text:
        return ""
    key, _ = PersonKey.objects.get_or_create(
        person=person, defaults={"key": Fernet.generate_key().decode()}
    )
    return Fernet(key.key).encrypt(text.encode()).decode()


def opened(text: str, person: UUID) -> str | None:
    """The text again; None when the person was erased."""
    if not text:
        return ""
    key = PersonKey.objects.filter(person=person).first()
    if key is None:
        return None
    try:
        return Fernet(key.key).decrypt(text.encode()).decode()
    except InvalidToken:
        return None


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
    """`key` is empty for what was never sealed, None for what can no longer be read."""
    if not text or key == "":
        return text
    return Fernet(key).decrypt(text.encode()).decode() if key else None
