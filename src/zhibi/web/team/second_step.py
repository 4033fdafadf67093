"""A code of six digits as the second step of signing in: RFC 6238, each good once."""

from __future__ import annotations

from hmac import compare_digest
from typing import Final

import pyotp
import segno
from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from zhibi.web.team.models import User

SECONDS: Final = 30
TOLERANCE: Final = 1  # steps that a phone's clock may be off, either way


def new_secret() -> str:
    return str(pyotp.random_base32())


def address_of(secret: str, user: User) -> str:
    """What an authenticator app reads from the picture."""
    issuer = settings.COMPANY.name or "Zhibi"
    return str(pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=issuer))


def picture_of(address: str) -> SafeString:
    """The address as a QR code: SVG without styles."""
    code = segno.make(address, micro=False, error="m")
    return mark_safe(code.svg_inline(svgclass="qr", lineclass=None, border=2, omitsize=True))  # noqa: S308 - digits of a picture


def step_of(secret: str, code: str) -> int | None:
    """The half minute this code is of; None for a wrong one."""
    now = int(timezone.now().timestamp()) // SECONDS
    totp = pyotp.TOTP(secret)
    for step in range(now - TOLERANCE, now + TOLERANCE + 1):
        if compare_digest(totp.at(step * SECONDS).encode(), code.encode()):
            return step
    return None


def accept(user: User, code: str) -> bool:
    """Whether this is the code of now, not used before. It cannot be used again."""
    step = step_of(user.totp_secret, code)
    if step is None:
        return False
    unused = User.objects.filter(pk=user.pk, totp_last_step__lt=step)
    return unused.update(totp_last_step=step) == 1
