"""What is looked up once a request, however often it is asked for: whose accounts one sees."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Found = TypeVar("Found")
_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("known", default=None)


@contextmanager
def one_request() -> Iterator[None]:
    """Within it `once` remembers; outside it asks each time."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def once(key: Hashable, find: Callable[[], Found]) -> Found:
    """What `find` gives, asked for at most once a request."""
    known = _known.get()
    if known is None:
        return find()
    if key not in known:
        known[key] = find()
    found: Found = known[key]
    return found
