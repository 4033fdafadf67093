"""Text about a person, readable only while that person's key is kept."""

from __future__ import annotations

from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken

from zhibi.web.team.models import PersonKey


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
