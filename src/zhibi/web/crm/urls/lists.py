"""Search, and what is done with many accounts at once."""

from __future__ import annotations

from django.urls import path

from zhibi.web.crm.views import (
    accounts_columns,
    accounts_filters,
    bulk,
    duplicates,
    export,
    hand_over,
    saved_view,
    search,
)

urlpatterns = [
    path("search", search.search, name="search"),
    path("accounts/filters", accounts_filters.accounts_filters, name="account-filters"),
    path("accounts/columns", accounts_columns.accounts_columns, name="account-columns"),
    path("accounts/views/new", saved_view.save_view, name="save-view"),
    path("accounts/views/<uuid:uid>/delete", saved_view.delete_view, name="delete-view"),
    path("accounts/bulk", bulk.bulk, name="bulk"),
    path("accounts/bulk/<uuid:uid>/", bulk.bulk_job, name="bulk-job"),
    path("accounts/hand-over", hand_over.hand_over, name="hand-over"),
    path("accounts/export", export.export, name="export-accounts"),
    path("accounts/export/<uuid:uid>/", export.export_job, name="export-job"),
    path("accounts/export/<uuid:uid>/file", export.export_file, name="export-file"),
    path("accounts/duplicates", duplicates.duplicates, name="duplicates"),
    path("accounts/duplicates/compare", duplicates.compare, name="compare"),
    path("accounts/alike", duplicates.alike_accounts, name="alike"),
    path("accounts/<uuid:uid>/take-apart", duplicates.take_apart, name="take-apart"),
]
