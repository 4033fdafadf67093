"""Deciding on a finding: from the page of an analysis, or from where the ledger is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from zhibi.web.back import back, is_ours
from zhibi.web.crm.access import account_for, refuse_reader, today
from zhibi.web.crm.forms.work import TaskForm
from zhibi.web.crm.models import Account, Task
from zhibi.web.insight import results
from zhibi.web.insight.actions.analyse import earlier, is_made, row_of
from zhibi.web.insight.actions.decide import (
    line_for,
    make_task,
    open_again,
    put_off,
    say_not_so,
    task_given,
)
from zhibi.web.insight.asked import asked
from zhibi.web.insight.findings import KeptFinding
from zhibi.web.insight.forms import LaterForm, NotSoForm
from zhibi.web.insight.links import accounts_named
from zhibi.web.insight.models import FindingRecord
from zhibi.web.insight.params_form import AS_OF, ParamsForm
from zhibi.web.insight.question import Question
from zhibi.web.insight.scope import scope_of
from zhibi.web.insight.views.analysis import address_of
from zhibi.web.team.models import Role
from zhibi.web.text import language, say

DECISIONS: Final = ("task", "not-so", "later", "again")
DUE_WITHIN: Final = {"now": timedelta(days=3), "soon": timedelta(days=7)}
USUAL_DUE: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Asking:
    """The finding somebody decides on: its line in the ledger, whom it is about, and the page it
    was decided from."""

    record: FindingRecord
    account: Account | None
    address: str

    @property
    def words(self) -> dict[str, str]:
        found: dict[str, str] = self.record.says[language()]
        return found


def of_analysis(
    request: HttpRequest, asking: Question, finding: str, decision: str
) -> HttpResponse:
    """A finding of the analysis that the address asks for; 404 where it says no such thing."""
    form = ParamsForm(asking, request.GET, request.user)
    kept = _kept_finding(request, form, finding) if form.is_valid() else None
    if kept is None:
        raise Http404
    record = line_for(kept, request.user, scope_of(request.user))
    named = accounts_named(request.user, [kept.customer_id] if kept.customer_id else [])
    account = named.get(kept.customer_id or "")
    return _decide(request, Asking(record, account, address_of(asking, form)), decision)


def of_ledger(request: HttpRequest, uid: UUID, decision: str) -> HttpResponse:
    """A finding on an account the person sees, or of their scope."""
    scopes = ("", scope_of(request.user))
    record = get_object_or_404(
        FindingRecord.objects.select_related("account"), uid=uid, scope__in=scopes
    )
    if record.scope == "" and record.account is None:
        raise Http404
    account = account_for(request.user, record.account.uid) if record.account else None
    return _decide(request, Asking(record, account, reverse("today")), decision)


def _kept_finding(request: HttpRequest, form: ParamsForm, finding: str) -> KeptFinding | None:
    wanted = asked(request.user, form.question, form.params(), day=form.day(AS_OF))
    analysis = row_of(wanted)
    made = analysis if is_made(analysis) else earlier(wanted, request.user)
    found = results.findings_of(made.key) if made else []
    return next((one for one in found if one.id == finding), None)


def _decide(request: HttpRequest, asking: Asking, decision: str) -> HttpResponse:
    if decision not in DECISIONS:
        raise Http404
    if request.user.role == Role.ANALYST:
        raise PermissionDenied  # of what is said of no account too: all who see all share it
    if asking.account:
        refuse_reader(request.user, asking.account)
    known = task_given(asking.record, request.user)
    if known and decision == "task":
        messages.info(request, say("It is a task already: {task}", task=known.title))
        return back(request, asking.address)
    if decision == "again":
        return _again(request, asking)
    form = _form(request, asking, decision)
    if request.method == "POST" and form.is_valid():
        _done(request, asking, decision, form)
        return back(request, asking.address)
    seen = {
        "asking": asking,
        "decision": decision,
        "form": form,
        "words": asking.words,
        "back": _page_before(request, asking),
    }
    partial = request.htmx and not form.is_bound
    template = "insight/_decision.html" if partial else "insight/decide.html"
    return render(request, template, seen, status=422 if form.is_bound else 200)


def _page_before(request: HttpRequest, asking: Asking) -> str:
    """The page of ours that a link came from, else the analysis."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if is_ours(request, wanted) else asking.address


def _form(request: HttpRequest, asking: Asking, decision: str) -> forms.BaseForm:
    data = request.POST if request.method == "POST" else None
    if decision == "not-so":
        return NotSoForm(data)
    if decision == "later":
        return LaterForm(data)
    due = today() + DUE_WITHIN.get(asking.record.severity, USUAL_DUE)
    proposed: dict[str, Any] = {
        "title": (asking.words["action"] or asking.words["news"])[:300],
        "due_on": due,
    }
    if asking.account and asking.account.owner:
        proposed["assignee"] = asking.account.owner.uid
    return TaskForm(data, by=request.user, account=asking.account, initial=proposed)


def _done(request: HttpRequest, asking: Asking, decision: str, form: Any) -> None:
    by, account = request.user, asking.account
    if decision == "task":
        task: Task = form.save(commit=False)
        task.uid, task.account = form.cleaned_data["uid"], account
        make_task(asking.record, task, by=by)
        messages.success(request, say("The task is given."))
    elif decision == "not-so":
        say_not_so(asking.record, form.cleaned_data["reason"], by=by, account=account)
        messages.success(request, say("Noted; it will not come back."))
    else:
        put_off(asking.record, form.cleaned_data["until"], by=by, account=account)
        messages.success(request, say("Put off; it comes back on that day."))


def _again(request: HttpRequest, asking: Asking) -> HttpResponse:
    """What was decided is taken back; only a sent form does that."""
    if request.method != "POST":
        raise Http404
    open_again(asking.record, by=request.user, account=asking.account)
    messages.success(request, say("It is open again."))
    return back(request, asking.address)
