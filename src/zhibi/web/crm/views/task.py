"""One task: new, changed, done, not done after all, deleted."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhibi.web.back import back
from zhibi.web.crm.access import account_for, task_for
from zhibi.web.crm.actions.tasks import finish_task, give_task, reopen_task
from zhibi.web.crm.forms.work import TaskForm
from zhibi.web.crm.models import Account, Task
from zhibi.web.given import uid_in
from zhibi.web.team.actions.edit import EditedMeanwhileError, delete, edit
from zhibi.web.text import say


def new_task(request: HttpRequest) -> HttpResponse:
    """With an account (`?account=`) or without."""
    account = _account_of(request)
    proposed = {"title": _proposed(request.GET.get("about", ""), account)}
    form = TaskForm(request.POST or None, by=request.user, account=account, initial=proposed)
    if request.method == "POST" and form.is_valid():
        task = form.save(commit=False)
        task.uid, task.account = form.cleaned_data["uid"], account
        give_task(task, by=request.user)
        messages.success(request, say("The task is given."))
        return back(request, "tasks")
    return _page(request, form, account=account, task=None)


def task(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Seen by whoever sees it, changed by whoever may."""
    found = task_for(request.user, uid, to_edit=request.method == "POST")
    form = TaskForm(request.POST or None, instance=found, by=request.user, account=found.account)
    if request.method == "POST" and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in form.Meta.fields}
        current = Task.objects.get(pk=found.pk)
        try:
            edit(
                current,
                wanted,
                by=request.user,
                version=form.cleaned_data["version"] or 0,
                of_account=found.account.uid if found.account else None,
            )
        except EditedMeanwhileError as clash:
            return _page(request, form, account=found.account, task=current, clash=clash)
        messages.success(request, say("Saved."))
        return redirect("tasks")
    return _page(request, form, account=found.account, task=found)


@require_POST
def finish(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = task_for(request.user, uid, to_edit=True)
    outcome = request.POST.get("outcome", "").replace("\0", "").strip()[:300]
    finish_task(found, by=request.user, outcome=outcome)
    messages.success(request, say("Done: {task}", task=found.title))
    return back(request, "tasks")


@require_POST
def reopen(request: HttpRequest, uid: UUID) -> HttpResponse:
    reopen_task(task_for(request.user, uid, to_edit=True), by=request.user)
    return back(request, "tasks")


@require_POST
def delete_task(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = task_for(request.user, uid, to_edit=True)
    delete(found, by=request.user, of_account=found.account.uid if found.account else None)
    messages.success(request, say("Deleted: {task}", task=found.title))
    return back(request, "tasks")


def _account_of(request: HttpRequest) -> Account | None:
    wanted = request.POST.get("account") or request.GET.get("account")
    if not wanted:
        return None
    uid = uid_in(wanted)
    if uid is None:
        raise Http404
    return account_for(request.user, uid, to_edit=True)


def _proposed(about: str, account: Account | None) -> str:
    """The words of a task that another page proposes."""
    if about == "collection" and account:
        return say("Collect what {account} owes", account=account.name)
    return ""


def _page(
    request: HttpRequest,
    form: TaskForm,
    *,
    account: Account | None,
    task: Task | None,
    clash: EditedMeanwhileError | None = None,
) -> HttpResponse:
    seen = {"form": form, "account": account, "task": task, "clash": clash}
    status = 409 if clash else 422 if form.is_bound else 200
    return render(request, "work/task.html", seen, status=status)
