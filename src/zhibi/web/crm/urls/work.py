"""Tasks, follow-ups, promises, treatment, the weekly report."""

from __future__ import annotations

from django.urls import path

from zhibi.web.crm.views import follow_up, settle_promise, task, tasks, treatment, weekly_report

urlpatterns = [
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/new", task.new_task, name="new-task"),
    path("tasks/<uuid:uid>/", task.task, name="task"),
    path("tasks/<uuid:uid>/done", task.finish, name="finish-task"),
    path("tasks/<uuid:uid>/reopen", task.reopen, name="reopen-task"),
    path("tasks/<uuid:uid>/delete", task.delete_task, name="delete-task"),
    path("accounts/<uuid:uid>/follow-up", follow_up.follow_up, name="follow-up"),
    path("accounts/<uuid:uid>/promise", follow_up.promise, name="promise"),
    path("promises/<uuid:uid>/settle", settle_promise.settle_promise, name="settle-promise"),
    path("treatment/", treatment.treatment, name="treatment"),
    path("treatment/<str:grade>", treatment.set_treatment, name="set-treatment"),
    path("weekly/", weekly_report.weekly_report, name="weekly"),
]
