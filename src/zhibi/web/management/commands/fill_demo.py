"""`python -m zhibi.web fill_demo daichuan|sellers`: people and records for a demo workspace."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhibi.errors import ZhibiError
from zhibi.locale import explain, translate
from zhibi.web.demo.fill import do_all_jobs, fill_with_sellers, fill_with_world
from zhibi.web.demo.people import PASSWORD, logins, refuse_unmarked
from zhibi.web.team.models import User


class Command(BaseCommand):
    help = "Fill an empty demo workspace with people and what they wrote down; show who signs in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("company", choices=("daichuan", "sellers"))

    def handle(self, *, company: str, **_: Any) -> None:
        language = settings.COMPANY.language
        try:
            refuse_unmarked()
            if not User.objects.exists():  # `make run` is run again and again
                self.stdout.write(
                    translate("Filling in people and analyses; a minute or two.", language)
                )
                self.stdout.flush()
                self._fill(company, language)
        except ZhibiError as problem:
            raise CommandError(explain(problem, language)) from problem
        for login in logins(User.objects.all()):
            role = translate(login.role, language)
            self.stdout.write(f"  {role}  {login.username} / {PASSWORD}  {login.name}")

    def _fill(self, company: str, language: str) -> None:
        if company == "daichuan":
            from zhibi.worlds.daichuan import daichuan

            fill_with_world(daichuan(language=language))
        else:
            fill_with_sellers()
        do_all_jobs()
