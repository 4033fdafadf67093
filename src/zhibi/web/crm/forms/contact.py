"""A person at a customer: name and title, the rest one question at a time."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from zhibi.web.crm.models import Account, Contact
from zhibi.web.team.forms.edited import EditedForm
from zhibi.web.text import say

# Domain 3.9: whose approval, whose work, whose daily use; and on which side of the purchase.
LAYERS: Final = ("image", "decision", "execution", "use")
FUNCTIONS: Final = ("use", "technical", "purchasing")


def layers() -> dict[str, str]:
    """Each layer as people call it."""
    return dict(
        zip(
            LAYERS,
            (say("image layer"), say("decision layer"), say("execution layer"), say("use layer")),
            strict=True,
        )
    )


def functions() -> dict[str, str]:
    """Each function as people call it."""
    return dict(
        zip(
            FUNCTIONS,
            (say("uses it"), say("technical"), say("purchasing and finance")),
            strict=True,
        )
    )


class NewContactForm(EditedForm):
    class Meta:
        model = Contact
        fields = ("name", "title")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.call(name=say("Full name"), title=say("Title"))


class ContactForm(EditedForm):
    """Everything about a person; whom they report to is another person of the same account."""

    class Meta:
        model = Contact
        fields = (
            "name", "title", "department", "layer", "function", "reports_to", "phone", "email",
            "message_id", "note", "has_left",
        )  # fmt: skip
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("layer", layers())
        self.offer("function", functions())
        others = account.contacts.filter(deleted_at=None, erased_at=None)
        above = self.fields["reports_to"]
        above.queryset = others.exclude(pk=self.instance.pk).order_by("name", "pk")
        above.to_field_name, above.empty_label = "uid", say("not known")
        if self.instance.reports_to:
            self.initial["reports_to"] = self.instance.reports_to.uid
        self.call(
            name=say("Full name"), title=say("Title"), department=say("Department"),
            layer=say("Layer"), function=say("Function"), reports_to=say("Reports to"),
            phone=say("Phone"), email=say("Email"), message_id=say("WeChat or another id"),
            note=say("Note"), has_left=say("Has left the company"),
        )  # fmt: skip

    def clean_reports_to(self) -> Contact | None:
        """Not somebody who reports to this person, over however many others."""
        above: Contact | None = self.cleaned_data["reports_to"]
        parents = dict(self.fields["reports_to"].queryset.values_list("pk", "reports_to_id"))
        place, passed = above.pk if above else None, set()
        while place is not None and place not in passed and place != self.instance.pk:
            passed.add(place)
            place = parents.get(place)
        if place is not None and place == self.instance.pk:
            raise forms.ValidationError(
                say("That person reports to this one; choose somebody above.")
            )
        return above
