"""The questions that can be asked of one's accounts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi import methods


def questions(request: HttpRequest) -> HttpResponse:
    found = [(name, methods.load(name).TITLE) for name in methods.names()]
    return render(request, "insight/questions.html", {"methods": found})
