"""The warning an account bears: what is most urgent of what is said of it and still stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from django.db.models import F, Q

from zhibi.web.crm.access import today
from zhibi.web.crm.models import Account
from zhibi.web.insight.models import FindingRecord

State = FindingRecord.State
LEVELS: Final = {"now": 2, "soon": 1}
CHUNK: Final = 1_000


def warn(accounts: Collection[int] | None = None) -> int:
    """Set the warning of these accounts, or of all; how many changed."""
    wanted = dict(_most_urgent(accounts))
    changed = _clear(wanted, accounts)
    numbers = sorted(wanted)
    for at in range(0, len(numbers), CHUNK):
        some = Account.objects.in_bulk(numbers[at : at + CHUNK])
        other = [one for one in some.values() if _set(one, wanted[one.pk])]
        Account.objects.bulk_update(other, ("warning", "warning_text"), batch_size=200)
        changed += len(other)
    return changed


def _most_urgent(accounts: Collection[int] | None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Account → its most urgent line, by severity, then by what is at stake."""
    stands = Q(state__in=(State.OPEN, State.TASK)) | Q(state=State.LATER, later_until__lte=today())
    lines = FindingRecord.objects.filter(stands, scope="", severity__in=LEVELS)
    if accounts is None:
        lines = lines.filter(account__isnull=False)
    else:
        lines = lines.filter(account__in=accounts)
    last = FindingRecord.objects.filter(scope="").order_by("-last_said_on").first()
    lines = lines.filter(last_said_on=last.last_said_on) if last else lines.none()
    told: set[int] = set()
    stake = F("stake").desc(nulls_last=True)
    # "now" sorts before "soon"; of equal stakes the first by code.
    ordered = lines.order_by("account_id", "severity", stake, "code", "pk")
    for account, severity, says in ordered.values_list("account_id", "severity", "says").iterator(
        CHUNK
    ):
        if account not in told:
            told.add(account)
            text = {language: words["news"] for language, words in says.items()}
            yield account, {"warning": LEVELS[severity], "warning_text": text}


def _set(account: Account, wanted: dict[str, Any]) -> bool:
    if (account.warning, account.warning_text) == (wanted["warning"], wanted["warning_text"]):
        return False
    account.warning, account.warning_text = wanted["warning"], wanted["warning_text"]
    return True


def _clear(wanted: Collection[int], accounts: Collection[int] | None) -> int:
    """Accounts of which nothing is said any more."""
    warned = Account.objects.filter(warning__gt=0)
    if accounts is not None:
        warned = warned.filter(pk__in=accounts)
    gone = [pk for pk in warned.values_list("pk", flat=True) if pk not in wanted]
    for at in range(0, len(gone), CHUNK):
        some = Account.objects.filter(pk__in=gone[at : at + CHUNK])
        some.update(warning=0, warning_text=None)
    return len(gone)
