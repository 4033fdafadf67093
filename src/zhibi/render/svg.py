"""Vega's SVG made fit to stand inside a page, one under a strict Content-Security-Policy too.

Nothing is set by `style`, which such a policy forbids: what Vega writes there becomes a
presentation attribute. The picture as a whole has its label beside it, so the roles and labels
of its parts go, and what a mark says becomes a <title>, which a browser shows on hover without a
script. The type is named once for the picture, and coordinates keep what a screen can show.
"""

from __future__ import annotations

import re
from typing import Final

# Vega quotes every attribute and escapes < > & " in names, so that a tag is what looks like one.
_TAG: Final = re.compile(r'<(\w+)((?: [\w:-]+="[^"]*")*)(/?)>')
_ATTRIBUTE: Final = re.compile(r' ([\w:-]+)="([^"]*)"')
_LONG_FRACTION: Final = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")

_OF_A_FILE: Final = frozenset({"xmlns", "xmlns:xlink", "version"})
_TOLD_BESIDE: Final = frozenset({"role", "aria-roledescription", "aria-label", "aria-hidden"})
_OF_THE_WHOLE: Final = frozenset({"font-family"})
_LEFT_OUT: Final = _OF_A_FILE | _TOLD_BESIDE | _OF_THE_WHOLE | {"style"}
_COORDINATES: Final = frozenset({"d", "transform", "x", "y", "x2", "y2", "width", "height"})
_WITHOUT_TITLE: Final = frozenset({"line mark", "area mark"})  # they would say their first point


def inlined(svg: str, font: str) -> str:
    """The picture as an element of a page, its type set in `font`."""
    return _TAG.sub(_tag, svg).replace("<svg", f"<svg font-family='{font}'", 1)


def _tag(found: re.Match[str]) -> str:
    name, written, end = found.groups()
    attributes: dict[str, str] = dict(_ATTRIBUTE.findall(written))
    title = _title(name, attributes)
    kept = {**_declared(attributes.get("style", "")), **attributes}
    text = "".join(
        f' {key}="{_short(value) if key in _COORDINATES else value}"'
        for key, value in kept.items()
        if key not in _LEFT_OUT and (key, value) != ("opacity", "1")
    )
    if not title:
        return f"<{name}{text}{end}>"
    return f"<{name}{text}><title>{title}</title>" + (f"</{name}>" if end else "")


def _title(name: str, attributes: dict[str, str]) -> str:
    is_mark = name != "g" and attributes.get("aria-roledescription") not in _WITHOUT_TITLE
    return attributes.get("aria-label", "") if is_mark else ""


def _declared(style: str) -> dict[str, str]:
    """What a style attribute declares, as attributes."""
    pairs = (declaration.partition(":") for declaration in style.split(";") if declaration.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _short(value: str) -> str:
    return _LONG_FRACTION.sub(lambda number: f"{float(number[0]):.2f}", value)
