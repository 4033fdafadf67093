"""The questions, a page for each, what people decide on findings, and what they keep."""

from __future__ import annotations

from django.urls import path, register_converter

from zhibi.web.insight.urls.names import QuestionConverter
from zhibi.web.insight.views import (
    account_review,
    analysis,
    decide,
    download,
    fared,
    pick,
    questions,
    save,
    saved,
)

register_converter(QuestionConverter, "question")

urlpatterns = [
    path("", questions.questions, name="insight"),
    path("saved/", saved.saved, name="saved-analyses"),
    path("saved/<uuid:uid>", saved.change, name="change-saved-analysis"),
    path("saved/<uuid:uid>/look", saved.look, name="look-at-saved-analysis"),
    path("warnings/", fared.warnings, name="warnings"),
    path("warnings/file", fared.download, name="download-warnings"),
    path("findings/<uuid:uid>/<slug:decision>", decide.of_ledger, name="decide"),
    path("accounts/<uuid:uid>/review", account_review.account_review, name="account-review"),
    path("<question:asking>/", analysis.analysis, name="analysis"),
    path("<question:asking>/again", analysis.again, name="analyse-again"),
    path("<question:asking>/customers", pick.pick, name="pick-customer"),
    path("<question:asking>/save", save.save, name="save-analysis"),
    path("<question:asking>/file", download.download, name="download-analysis"),
    path(
        "<question:asking>/findings/<slug:finding>/<slug:decision>",
        decide.of_analysis,
        name="decide-on-analysis",
    ),
]
