"""What was brought in, and what can be."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def data(request: HttpRequest) -> HttpResponse:
    return render(request, "data/data.html")
