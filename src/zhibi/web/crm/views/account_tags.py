"""The words that stand on an account."""

from __future__ import annotations

import re
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from zhibi.errors import ZhibiError
from zhibi.web.crm.access import account_for
from zhibi.web.crm.actions.change_account import set_tags

MOST, LONGEST = 20, 40


@require_POST
def account_tags(request: HttpRequest, uid: UUID) -> HttpResponse:
    account = account_for(request.user, uid, to_edit=True)
    names = [one.strip() for one in re.split("[,，;；、\n]", request.POST.get("tags", ""))]
    names = [one for one in names if one]
    if len(names) > MOST or any(len(one) > LONGEST or "\0" in one for one in names):
        raise ZhibiError(
            "An account has up to {most} tags of up to {longest} letters; shorten them.",
            most=MOST,
            longest=LONGEST,
        )
    set_tags(account, names, by=request.user)
    return redirect("account-file", uid)
