"""What the web server calls."""

from __future__ import annotations

import atexit
import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver


def settle() -> None:
    """Load what every page needs and leave it out of later collections of garbage: each looked
    through all of it again, and made one page in some dozens a tenth of a second slower."""
    from zhibi.web.crm.listing.syllables import beginnings

    get_resolver().url_patterns  # noqa: B018
    beginnings()
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # what is not collected at the end, DuckDB reports as lost


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhibi.web.settings")
application = get_wsgi_application()
settle()
