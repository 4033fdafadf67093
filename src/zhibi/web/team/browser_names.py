"""What a browser is called by people, from what it says of itself: “Chrome, Windows”."""

from __future__ import annotations

from typing import Final

# The first that is named counts: most browsers also name those they descend from.
BROWSERS: Final = {
    "MicroMessenger": "WeChat", "DingTalk": "DingTalk", "Edg": "Edge", "OPR": "Opera",
    "Firefox": "Firefox", "FxiOS": "Firefox", "Chrome": "Chrome", "CriOS": "Chrome",
    "Safari": "Safari",
}  # fmt: skip
SYSTEMS: Final = {
    "HarmonyOS": "HarmonyOS", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad",
    "Windows": "Windows", "Mac OS X": "Mac", "Linux": "Linux",
}  # fmt: skip
SHOWN: Final = 40  # characters of what nobody knows


def browser_name(agent: str) -> str:
    """“Edge, Windows” of a User-Agent; its own beginning where neither is known."""
    known = [
        next((name for mark, name in names.items() if mark in agent), "")
        for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, known)) or agent[:SHOWN]
