"""A file somebody brings in, from the drop to the commit, and back."""

from __future__ import annotations

from django.db import models

from zhibi.web.jobs.models import Job
from zhibi.web.team.models import Record


class Import(Record):
    """Each step writes down what came of it, so that leaving the page loses nothing.

    `kind` is what the person says the files hold: a table of the core, accounts or contacts, or
    "" when it is to be found out. `seen` is what was understood and what a commit would do;
    `problem` why it went no further, in each language.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", "uploaded"
        CHECKED = "checked", "checked"
        STUCK = "stuck", "stuck"  # needs an answer of the person
        COMMITTED = "committed", "committed"
        UNDONE = "undone", "undone"

    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    kind = models.CharField(max_length=20, blank=True)
    files = models.JSONField()  # name as the person called it, and size
    answers = models.JSONField(default=dict)  # what the person said of the files
    seen = models.JSONField(null=True)
    problem = models.JSONField(null=True)
    import_id = models.CharField(max_length=80, blank=True)  # in the lake
    job = models.ForeignKey(Job, models.SET_NULL, null=True)
    committed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["created_by", "-id"], name="import_of_person")]

    def __str__(self) -> str:
        return ", ".join(file["name"] for file in self.files)


WAITING = (Import.State.UPLOADED, Import.State.CHECKED, Import.State.STUCK)  # nothing is written


class WrittenRecord(models.Model):
    """What an import of accounts or contacts did with one record, so that it can be taken back."""

    of_import = models.ForeignKey(Import, models.CASCADE, related_name="written")
    uid = models.UUIDField()
    is_new = models.BooleanField()
    version = models.PositiveIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
