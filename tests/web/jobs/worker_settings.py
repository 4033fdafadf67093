"""What a worker of the tests runs with: the real settings, and work that sleeps, fails and dies."""

from zhibi.web.settings import *  # noqa: F403

PLACES_OF_WORK = ("tests.web.jobs.pieces_of_work",)
