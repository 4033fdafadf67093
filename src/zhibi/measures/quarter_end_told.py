"""What is said of an account that was loaded at a quarter's end."""

from __future__ import annotations

from zhibi.measures.quarter_end_follow_up import LoadedQuarter
from zhibi.result import Figure, Finding, Sentence, Severity, Subject, Unit

CAME_BACK = 0.1  # of what was loaded: from here on it is a finding to act on


def is_told(one: LoadedQuarter) -> bool:
    """Whether enough came back, or still may: what stayed is no news."""
    return one.share_back >= CAME_BACK or not one.is_over


def loaded_told(one: LoadedQuarter, *, days: int, back_days: int) -> Finding:
    """`days` are the last ones of the quarter, `back_days` those in which goods may come back."""
    is_back = one.share_back >= CAME_BACK
    return Finding(
        code="quarter_end_loading.loaded",
        says=Sentence(
            CAME if is_back else MAY_COME,
            {
                "name": Figure(one.account["name"], Unit.NAME),
                "loaded": Figure(one.found.loaded, Unit.MONEY),
                "days": Figure(days, Unit.COUNT),
                "end": Figure(one.end.quarter.end, Unit.DATE),
                "share": Figure(one.found.share, Unit.SHARE),
                "expected": Figure(one.found.expected, Unit.SHARE),
                "back": Figure(one.back, Unit.MONEY),
                "share_back": Figure(one.share_back, Unit.SHARE),
                "after": Figure(back_days, Unit.COUNT),
                "until": Figure(one.end.after.end, Unit.DATE),
                "sustained": Figure(one.sustained, Unit.MONEY),
            },
        ),
        severity=Severity.SOON,
        cause_on=one.end.quarter.end,
        subject=Subject(one.account["customer_id"], one.account["name"]),
        action=Sentence(LOOK if is_back else ASK),
        owner=one.account["owner"],
        stake=one.back if is_back else one.found.loaded,
    )


LOOK = (
    "Look at its stock before the next quarter ends, and count the quarter for goals and bonus "
    "net of what came back."
)
ASK = "Ask what of it is still in stock before this sale is counted for the bonus."
CAME = (
    "{name} took {loaded} in the last {days:day|days} of the quarter to {end}, {share} of its "
    "quarter where {expected} is usual; {back} ({share_back}) came back within "
    "{after:day|days}, {sustained} stayed."
)
MAY_COME = (
    "{name} took {loaded} in the last {days:day|days} of the quarter to {end}, {share} of its "
    "quarter where {expected} is usual; it may still come back until {until}."
)
