"""Vega-Lite specifications as still pictures and as scripts, without a network.

Each chart is drawn twice, wide and narrow, because a picture scaled down to a phone cannot be
read; a page shows one of them, and where scripts may run, one replaces it by a live one.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

from markupsafe import Markup

from zhibi.render.axes import FONT
from zhibi.render.charts import vega_lite
from zhibi.render.picture import Spec
from zhibi.render.svg import inlined
from zhibi.render.values import Formatter
from zhibi.result import Chart

WIDE: Final = 720
NARROW: Final = 328

_IN_SCRIPT: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028"}


def still(chart: Chart, formatter: Formatter, width: int) -> Markup:
    """The chart as an SVG element, its exact values on hover."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(vega_lite(chart, formatter, width))
    return Markup(inlined(svg, FONT))  # noqa: S704 - made here, its texts escaped by Vega


def live(chart: Chart, formatter: Formatter) -> Markup:
    """The specification for a script element: nothing in it can end the element."""
    return script_data(vega_lite(chart, formatter, "container"))


def script_data(data: Spec | dict[str, Any]) -> Markup:
    """JSON that is inert inside a script element."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, allow_nan=False)
    for char, escape in _IN_SCRIPT.items():
        text = text.replace(char, escape)
    return Markup(text)  # noqa: S704 - every character that could end the element is escaped


@cache
def library() -> Markup:
    """Vega, Vega-Lite and Vega-Embed as one script, fit for a script element."""
    import vl_convert

    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    bundle = bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    return Markup(bundle)  # noqa: S704 - the library itself, unable to end its element
