"""How to reach a person, as those outside the account's team see it."""

from __future__ import annotations

from typing import Final

REACHED_BY: Final = ("phone", "email", "message_id")
HIDDEN: Final = "****"


def masked(field: str, text: str) -> str:
    """199****1234, z****@firm.cn, zh****: enough to know it is there, too little to use."""
    if not text:
        return ""
    if field == "email" and "@" in text:
        return text[:1] + HIDDEN + "@" + text.rpartition("@")[2]
    if field == "phone" and len(text) >= 11:
        return text[:3] + HIDDEN + text[-4:]
    return text[:2] + HIDDEN if len(text) > 4 else HIDDEN
