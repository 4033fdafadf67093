"""The audit in words: a page of changes, newest first, of one person or one day if asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from zhibi.web.team.actions.seal import opened_lines
from zhibi.web.team.change_words import kind_called, value_called, what_called
from zhibi.web.team.models import Change, User

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Line:
    """`before` and `after` are None where the person they tell of was erased."""

    change: Change
    kind: str
    subject: str
    what: str
    before: str | None
    after: str | None

    @property
    def is_erased(self) -> bool:
        return self.before is None or self.after is None


def changes(
    *, by: User | None, on: date | None, below: int | None
) -> tuple[list[Line], int | None]:
    """A page of lines, and below which the next begins; None at the end."""
    found = Change.objects.select_related("by").order_by("-pk")
    if by is not None:
        found = found.filter(by=by)
    if on is not None:
        begins = timezone.make_aware(datetime.combine(on, time()))
        found = found.filter(at__gte=begins, at__lt=begins + timedelta(days=1))
    if below is not None:
        found = found.filter(pk__lt=below)
    rows = list(found[: PAGE + 1])
    page = rows[:PAGE]
    return _in_words(page), page[-1].pk if len(rows) > PAGE else None


def _in_words(page: Sequence[Change]) -> list[Line]:
    names = _names(page)
    return [
        Line(
            change,
            kind_called(change.subject_kind),
            names.get(change.subject_uid, ""),
            what_called(change.what),
            *(value_called(change.what, text) for text in texts),
        )
        for change, texts in zip(page, opened_lines(page), strict=True)
    ]


def _names(page: Sequence[Change]) -> dict[UUID, str]:
    """What the changed records are called now: one query a kind. Some are nothing but their text,
    and have no name."""
    wanted: dict[str, set[UUID]] = {}
    for change in page:
        wanted.setdefault(change.subject_kind, set()).add(change.subject_uid)
    names: dict[UUID, str] = {}
    for model in apps.get_models():
        has_name = model.__str__ is not Model.__str__
        if has_name and (uids := wanted.get(model._meta.model_name)):
            names |= {one.uid: str(one) for one in model._default_manager.filter(uid__in=uids)}
    return names
