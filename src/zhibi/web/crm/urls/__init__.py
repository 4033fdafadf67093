"""Today, accounts, tasks, receivables: one file a part."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("zhibi.web.crm.urls.work")),
    path("", include("zhibi.web.crm.urls.lists")),
    path("accounts/", include("zhibi.web.crm.urls.accounts")),
    path("receivables/", include("zhibi.web.crm.urls.receivables")),
]
