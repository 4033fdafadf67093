"""What only some roles may do with people, teams and the audit."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from zhibi.web.team.models import User


def only_administrators(user: User) -> None:
    """PermissionDenied, the page with the sentence, for everybody else."""
    if not user.is_administrator:
        raise PermissionDenied
