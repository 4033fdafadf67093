"""What is asked at the door."""

from __future__ import annotations

from typing import Any

from django import forms

from zhibi.web.text import say

CODE = forms.TextInput(
    attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "data-autofocus": True}
)


class SignInForm(forms.Form):
    username = forms.CharField(
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "data-autofocus": True}
        ),
    )
    password = forms.CharField(
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = say("User name")
        self.fields["password"].label = say("Password")

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).lower()


class CodeForm(forms.Form):
    """The six digits of the authenticator app, written with or without a space."""

    code = forms.CharField(max_length=12, widget=CODE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = say("Code of six digits")

    def clean_code(self) -> str:
        return "".join(str(self.cleaned_data["code"]).split())
