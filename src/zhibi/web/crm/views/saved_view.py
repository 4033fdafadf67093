"""Keeping a view of the list of accounts under a name, for oneself or for everybody."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from zhibi.web.crm.listing.filters import read_filters
from zhibi.web.crm.listing.orders import Way
from zhibi.web.crm.listing.views import PAGE, saved_views
from zhibi.web.crm.models import SavedView
from zhibi.web.fields import new_uid
from zhibi.web.team.actions import edit
from zhibi.web.text import say


class SavedViewForm(forms.Form):
    uid = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(max_length=60)
    is_shared = forms.BooleanField(required=False)

    def __init__(self, *args: object) -> None:
        super().__init__(*args, initial={"uid": new_uid()})
        self.fields["name"].label = say("Name of the view")
        self.fields["is_shared"].label = say("Everybody may use it (each sees their own accounts)")


def save_view(request: HttpRequest) -> HttpResponse:
    """The filters and the order of the address, under a name."""
    filters = read_filters(request.GET, request.user)
    filters.query["sort"] = str(Way.read(request.GET.get("sort", "")))
    form = SavedViewForm(*([request.POST] if request.method == "POST" else []))
    if form.is_valid():
        view = SavedView(
            uid=form.cleaned_data["uid"],
            user=request.user,
            name=form.cleaned_data["name"],
            is_shared=form.cleaned_data["is_shared"],
            page=PAGE,
            query=filters.query.urlencode(),
        )
        edit.create(view, by=request.user)
        messages.success(request, say("The view is kept; it stands above the list."))
        return redirect(f"{reverse('accounts')}?{view.query}")
    own = [view for view in saved_views(request.user) if view.user_id == request.user.pk]
    context = {"form": form, "filters": filters, "own": own}
    return render(request, "accounts/save_view.html", context, status=422 if form.is_bound else 200)


@require_POST
def delete_view(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Only one's own."""
    view = get_object_or_404(SavedView, uid=uid, user=request.user, page=PAGE, deleted_at=None)
    edit.delete(view, by=request.user)
    messages.success(request, say("The view “{name}” is deleted.", name=view.name))
    return redirect("accounts")
