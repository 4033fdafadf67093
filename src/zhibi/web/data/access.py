"""Whose imports a person sees: their own, and those of all who see the whole company."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from zhibi.web.data.kinds import LISTS
from zhibi.web.data.models import Import
from zhibi.web.team.models import User
from zhibi.web.team.scope import SEES_ALL


def imports_of(user: User) -> QuerySet[Import]:
    """The imports `user` sees. A preview shows what files hold, so others' are not for all."""
    kept = Import.objects.filter(deleted_at=None)
    return kept if user.role in SEES_ALL else kept.filter(created_by=user)


def import_for(user: User, uid: UUID) -> Import:
    """One import, or 404."""
    found = imports_of(user).select_related("job", "created_by").filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def refuse_outsiders(user: User, one: Import) -> None:
    """403 for who may not change the company's facts, where the import holds such."""
    if one.kind not in LISTS and not user.brings_data:
        raise PermissionDenied
    if one.kind in LISTS and one.created_by_id != user.pk:
        raise PermissionDenied
