"""Search, and what is done with many accounts at once."""

from __future__ import annotations

from django.urls import path

from zhibi.web.crm.views import (
    accounts_columns,
    accounts_filters,
    saved_view,
    search,
)

urlpatterns = [
    path("search", search.search, name="search"),
    path("accounts/filters", accounts_filters.accounts_filters, name="account-filters"),
    path("accounts/columns", accounts_columns.accounts_columns, name="account-columns"),
    path("accounts/views/new", saved_view.save_view, name="save-view"),
    path("accounts/views/<uuid:uid>/delete", saved_view.delete_view, name="delete-view"),
]
