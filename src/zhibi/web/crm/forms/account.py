"""What is known of an account. Only the name must be."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms

from zhibi.tables.credit_code import is_credit_code
from zhibi.tables.schema import ROUTES, SIZES
from zhibi.web.crm.access import accounts_of
from zhibi.web.crm.group import is_below
from zhibi.web.crm.models import Account
from zhibi.web.team.forms.edited import DAY, EditedForm
from zhibi.web.team.models import User
from zhibi.web.text import say

UID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class NewAccountForm(EditedForm):
    """A name; the rest is asked bit by bit."""

    class Meta:
        model = Account
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.call(name=say("Name of the company"))


class AccountForm(EditedForm):
    """`above` is the company above it, by name: a list of all would be too long to choose from."""

    above = forms.CharField(
        required=False, max_length=200, widget=forms.TextInput(attrs={"list": "companies"})
    )

    class Meta:
        model = Account
        fields = (
            "name", "credit_code", "industry", "region", "size", "kind", "route", "source",
            "website", "location", "since", "employees", "annual_revenue", "credit_limit",
        )  # fmt: skip
        widgets = {"since": DAY}

    field_order = ("uid", "version", "name", "credit_code", "above")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        above = self.instance.parent
        self.sees_above = above is not None and accounts_of(by).filter(pk=above.pk).exists()
        if above is not None and self.sees_above:
            self.initial["above"] = above.name
        self.offer("size", {size: say(size) for size in SIZES})
        self.offer("route", {route: say(route) for route in ROUTES})
        self.call(
            name=say("Name"), credit_code=say("Credit code"), above=say("Company above it"),
            industry=say("Industry"), region=say("Region"), size=say("Size"),
            kind=say("Kind of customer"), route=say("Route"), source=say("Came to us by"),
            website=say("Website"), location=say("Address"), since=say("Customer since"),
            employees=say("Employees"), annual_revenue=say("Revenue a year"),
            credit_limit=say("Credit limit"),
        )  # fmt: skip

    def clean_credit_code(self) -> str | None:
        code = (self.cleaned_data["credit_code"] or "").strip().upper()
        if not code:
            return None
        if not is_credit_code(code):
            raise forms.ValidationError(
                say("This is no credit code: its check digit is wrong. Copy it from the licence.")
            )
        if Account.objects.filter(credit_code=code).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                say(
                    "Another account has this credit code, and a legal entity is one account; "
                    "search for it, or ask an administrator."
                )
            )
        return code

    def clean_above(self) -> Account | None:
        """The one visible company of that name, or that uid."""
        said = self.cleaned_data["above"].strip()
        now: Account | None = self.instance.parent
        if not said and not self.sees_above:
            return now  # what one does not see one does not remove
        if not said or (now is not None and self.sees_above and said == now.name):
            return now if said else None
        found = self._called(said)
        if len(found) != 1:
            raise forms.ValidationError(_too_few_or_many(found))
        if is_below(found[0], self.instance):
            raise forms.ValidationError(
                say("That company stands below this one; a group cannot be a circle.")
            )
        return found[0]

    def values(self) -> dict[str, Any]:
        return {**super().values(), "parent": self.cleaned_data["above"]}

    def validate_unique(self) -> None:
        """The one unique column is looked at above, in words that say what to do."""

    def _called(self, said: str) -> list[Account]:
        """By name, or by the address of its page."""
        seen = accounts_of(self.by)
        written = UID.search(said)
        named = seen.filter(uid=written[0]) if written else seen.filter(name=said)
        return list(named.order_by("pk")[:2])


def _too_few_or_many(found: list[Account]) -> str:
    if not found:
        return say("You see no company of this name; write it as it stands in your list.")
    return say("Several companies have this name; copy the address of the right one's page here.")
