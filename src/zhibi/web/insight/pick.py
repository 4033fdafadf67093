"""Choosing one of the customers somebody sees: by number, by name, or by a part of it as typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django import forms

from zhibi.web.crm.facts import numbers_of
from zhibi.web.crm.models import Account
from zhibi.web.crm.views.search import accounts_found
from zhibi.web.insight.links import accounts_named
from zhibi.web.team.models import User
from zhibi.web.text import say

CUSTOMER: Final = "customer_id"  # what a method calls the customer it is asked about
OFFERED: Final = 8


@dataclass(frozen=True, slots=True)
class Picked:
    """A customer that may be meant, by the number the analyses know it by."""

    number: str
    account: Account


class CustomerField(forms.CharField):
    """Takes the number or the name of a customer that `user` sees; gives the number."""

    def __init__(self, user: User, *, label: str, help_text: str) -> None:
        hint = say("Type a name, a part of it, its initials in pinyin, or the number.")
        super().__init__(
            max_length=300, required=False, label=label, help_text=f"{help_text} {hint}"
        )
        self.user = user

    def clean(self, value: str) -> str:
        text = super().clean(value)
        if not text or accounts_named(self.user, [text]):
            return text
        found = picked(self.user, text)
        same = [one for one in found if one.account.name == text] or found
        if len(same) == 1:
            return same[0].number
        if not same:
            raise forms.ValidationError(
                say("None of your customers is called {text} or has that number.", text=text)
            )
        names = "; ".join(f"{one.account.name} ({one.number})" for one in same)
        raise forms.ValidationError(say("Several are meant; name one: {names}.", names=names))


def picked(user: User, text: str) -> list[Picked]:
    """The biggest customers `user` sees that are meant by what was typed so far."""
    accounts = accounts_found(user, text.strip()[:100], limit=OFFERED)
    numbers = numbers_of(accounts)
    return [Picked(numbers[one.pk], one) for one in accounts]
