"""Of many tests alike a few in the quick suite, the others among the slow ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def few_of(every: Iterable[str], *quick: str) -> list[Any]:
    """Parameters: `quick` as they are, the rest marked slow."""
    names = tuple(every)
    unknown = set(quick) - set(names)
    assert not unknown, unknown
    return [name if name in quick else pytest.param(name, marks=pytest.mark.slow) for name in names]
