"""The list of accounts and the pages of one."""

from __future__ import annotations

from django.urls import path

from zhibi.web.crm.views import account, accounts

urlpatterns = [
    path("", accounts.accounts, name="accounts"),
    path("<uuid:uid>/", account.account, name="account"),
]
