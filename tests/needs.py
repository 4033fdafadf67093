"""Real components that some tests need: present, or said to be missing.

On a developer's machine a missing component skips the test; where ZHIBI_REQUIRE_COMPONENTS is
set, as in `.ci/run`, it fails it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from importlib.util import find_spec

import pytest

POSTGRES_URL = "ZHIBI_TEST_POSTGRES"


def _has_java() -> bool:
    return shutil.which("java") is not None


def _has_chromium() -> bool:
    return shutil.which("chromium") is not None


def _has_postgres() -> bool:
    return bool(os.environ.get(POSTGRES_URL))


def _has_pyspark() -> bool:
    return find_spec("pyspark") is not None


PRESENT: dict[str, Callable[[], bool]] = {
    "java": _has_java,
    "pyspark": _has_pyspark,
    "chromium": _has_chromium,
    "postgres": _has_postgres,
}


def needs(component: str) -> None:
    """Skip the test without the component, or fail it where components are required."""
    if PRESENT[component]():
        return
    if os.environ.get("ZHIBI_REQUIRE_COMPONENTS"):
        pytest.fail(f"{component} is missing, and this run requires it")
    pytest.skip(f"{component} is missing; .ci/run brings it")
