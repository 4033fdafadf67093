"""Every address. The first word says which part of the workspace it belongs to."""

from __future__ import annotations

from django.urls import include, path

from zhibi.web.today import views

urlpatterns = [
    path("", views.today, name="today"),
    path("", include("zhibi.web.team.urls")),
    path("", include("zhibi.web.crm.urls")),
    path("", include("zhibi.web.insight.urls")),
    path("data/", include("zhibi.web.data.urls")),
    path("jobs/", include("zhibi.web.jobs.urls")),
]
handler400 = "zhibi.web.failures.bad_request"
handler403 = "zhibi.web.failures.forbidden"
handler404 = "zhibi.web.failures.not_found"
handler500 = "zhibi.web.failures.own_fault"
