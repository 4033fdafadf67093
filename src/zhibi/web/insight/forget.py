"""What analyses keep of a person who is erased: the sentence in which a colleague named them, where
it is the evidence of a judgement."""

from __future__ import annotations

from zhibi.web.crm.models import Contact
from zhibi.web.insight import results


def forget_person(person: Contact) -> None:
    """Every page and file goes, as none says whom it names; each is made anew when it is asked
    for."""
    results.throw_all_away()
