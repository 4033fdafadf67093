"""What an estimator says when the data are sound but cannot tell its parameters."""

from __future__ import annotations

from typing import Literal

Reason = Literal["all_alike", "no_repeat", "no_time", "flat"]

SAID: dict[Reason, str] = {
    "all_alike": "all rows are equal: nothing shows how customers differ",
    "no_repeat": "no customer came back: nothing shows how often they order",
    "no_time": "nobody was observed for any time",
    "flat": "the likelihood has no clear highest point: very different parameters do as well",
}


class NotIdentifiedError(ValueError):
    """Too little, or too uniform, to learn from. `reason` is for the caller, who knows what the
    rows were and can say it in a sentence; the message is for programmers."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(SAID[reason])
        self.reason: Reason = reason
