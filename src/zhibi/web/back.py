"""Back to the page somebody came from, if it is one of ours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Where `next` of the form points within this site, else the page named `otherwise`."""
    wanted = request.POST.get("next", "")
    return redirect(wanted if is_ours(request, wanted) else otherwise)


def is_ours(request: HttpRequest, address: str) -> bool:
    """Whether an address that came with a request is a path within this site."""
    return address.startswith("/") and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
