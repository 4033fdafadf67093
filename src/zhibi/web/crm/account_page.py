"""What every page of an account shows: whose it is, how it goes, and the ways to its parts."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from zhibi.web.crm.access import Sight
from zhibi.web.crm.criteria import stages
from zhibi.web.crm.overview import growth
from zhibi.web.text import say

# The name of each page's address; the first is the account's own.
TABS: Final = (
    "account", "account-people", "account-orders", "account-receivables", "account-judgements",
    "account-work", "account-timeline", "account-file",
)  # fmt: skip


def account_page(
    request: HttpRequest, sight: Sight, tab: str, /, *, status: int = 200, **shown: Any
) -> HttpResponse:
    """One page of an account, under its header."""
    account = sight.account
    header = {
        "account": account,
        "sight": sight,
        "tab": tab,
        "tabs": _tabs(sight),
        "growth": growth(account),
        "life_stage": stages()[account.life_stage] if account.life_stage else "",
    }
    template = f"accounts/{tab.replace('-', '_')}.html"
    if tab == "account":
        template = "accounts/account_overview.html"
    return render(request, template, {**header, **shown}, status=status)


def _tabs(sight: Sight) -> list[tuple[str, str, str]]:
    labels = (
        say("Overview"), say("Their people"), say("Orders and sales"), say("Receivables"),
        say("Judgements"), say("Tasks and follow-ups"), say("Timeline"), say("Dossier"),
    )  # fmt: skip
    uid = sight.account.uid
    named = zip(TABS, labels, strict=True)
    return [(name, reverse(name, args=[uid]), label) for name, label in named]
