"""One question: its answer for the accounts of who asks, and beside it that of another day."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from zhibi.measures.foretold import FORETOLD
from zhibi.web.insight import results
from zhibi.web.insight.asked import asked
from zhibi.web.insight.catalogue import Need, entry_of, missing, typed_tables
from zhibi.web.insight.known import known
from zhibi.web.insight.params_form import AS_OF, COMPARED, ParamsForm
from zhibi.web.insight.question import Question
from zhibi.web.insight.shown import Shown, shown
from zhibi.web.team.models import Role

CHOICES: Final = (("task", "Make it a task"), ("not-so", "Not so"), ("later", "Later"))


def analysis(request: HttpRequest, asking: Question) -> HttpResponse:
    if known().as_of is None:
        return redirect("insight")  # which says what is missing, and where it is imported
    form = ParamsForm(asking, request.GET, request.user)
    if not form.is_valid():
        return _page(request, form, ())
    days = [form.day(AS_OF), *([form.day(COMPARED)] if form.day(COMPARED) else [])]
    found = tuple(_shown(request, form, day) for day in days)
    if request.htmx and request.htmx.target == "waiting":
        return _waiting(request, found)
    return _page(request, form, found)


@require_POST
def again(request: HttpRequest, asking: Question) -> HttpResponse:
    """Try once more what failed or was stopped."""
    form = ParamsForm(asking, request.GET, request.user)
    if form.is_valid():
        for name in (AS_OF, COMPARED):
            if name == AS_OF or form.day(name):
                _shown(request, form, form.day(name), again=True)
    return redirect(address_of(asking, form))


def address_of(asking: Question, form: ParamsForm) -> str:
    """The address of the analysis that a form asks for."""
    query = f"?{form.query}" if form.is_valid() and form.query else ""
    return reverse("analysis", args=[asking]) + query


def _shown(
    request: HttpRequest, form: ParamsForm, day: date | None, *, again: bool = False
) -> Shown:
    wanted = asked(request.user, form.question, form.params(), day=day)
    return shown(request.user, wanted, again=again)


def _waiting(request: HttpRequest, found: tuple[Shown, ...]) -> HttpResponse:
    """How far it is; the page loads anew when there is something else to see."""
    waiting = [one for one in found if one.is_waiting]
    response = render(
        request, "insight/_waiting.html", {"job": waiting[0].job if waiting else None}
    )
    if not waiting:
        response.headers["HX-Refresh"] = "true"
    return response


def _page(request: HttpRequest, form: ParamsForm, found: tuple[Shown, ...]) -> HttpResponse:
    first = found[0] if found else None
    seen: dict[str, Any] = {
        "form": form,
        "asking": form.question,
        "query": form.query if form.is_valid() else "",
        "address": address_of(form.question, form),
        "found": found,
        "shown": first,
        "job": next((one.job for one in found if one.job), None),
        "compared": _compared(found) if len(found) > 1 else None,
        "tables": results.tables_of(first.analysis.key) if first and first.analysis else (),
        "lacking": _lacking(form.question, found),
        "may_decide": request.user.role != Role.ANALYST,
        "choices": CHOICES,
        "foretells": any(code.startswith(f"{form.question.name}.") for code in FORETOLD),
    }
    return render(request, "insight/analysis.html", seen)


def _lacking(asking: Question, found: tuple[Shown, ...]) -> list[Need]:
    """The data to bring in, where an analysis failed for the want of it."""
    if not any(one.job and one.job.error for one in found):
        return []
    return missing(entry_of(asking.name), known(), typed_tables())


def _compared(found: tuple[Shown, ...]) -> list[tuple[str, list[Any]]] | None:
    """The findings that are new, gone and still there on the later of the two days."""
    if any(one.page is None for one in found):
        return None
    before, after = sorted(found, key=lambda one: one.wanted.as_of)
    return [
        ("new", after.only(after.kinds - before.kinds)),
        ("gone", before.only(before.kinds - after.kinds)),
        ("still", after.only(after.kinds & before.kinds)),
    ]
