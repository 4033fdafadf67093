"""Putting an account out of sight, and bringing it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhibi.web.crm.access import account_in_charge
from zhibi.web.crm.actions.change_account import delete_account, restore_account
from zhibi.web.text import say


def account_delete(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Asked first, on a page that says what follows."""
    account = account_in_charge(request.user, uid)
    if request.method == "POST":
        delete_account(account, by=request.user)
        messages.success(request, say("{account} is deleted.", account=account.name))
        return redirect("account-restore", uid)
    return render(request, "accounts/account_delete.html", {"account": account})


def account_restore(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page of a deleted account: only the way back."""
    account = account_in_charge(request.user, uid, with_deleted=True)
    if account.deleted_at is None:
        return redirect("account", uid)
    if account.merged_into_id:
        raise Http404  # unmerging brings it back
    if request.method == "POST":
        restore_account(account, by=request.user)
        messages.success(request, say("{account} is back.", account=account.name))
        return redirect("account", uid)
    return render(request, "accounts/account_restore.html", {"account": account})
