"""What the pages of analyses import, imported before the web server starts its processes.

A method brings its numerics along; the first page of questions names all of them. Done once, in the
process that the others are forked from, it keeps no person waiting and lies in memory once.
"""

from __future__ import annotations


def warm_up() -> None:
    """Import every question and the renderer of pages; nothing is opened or read."""
    from django.urls import get_resolver

    from zhibi.render.fragment import render_fragment  # noqa: F401 - for who renders later
    from zhibi.web.insight.catalogue import GROUPS
    from zhibi.web.insight.question import question

    for entries in GROUPS.values():
        for entry in entries:
            question(entry.name)
    _ = get_resolver().url_patterns
