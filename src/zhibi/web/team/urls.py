"""Signing in and out, one's own settings, people and teams."""

from __future__ import annotations

from django.urls import path

from zhibi.web.team.views import (
    audit,
    change_password,
    choose,
    deactivate,
    end_session,
    me,
    member,
    new_person,
    new_team,
    people,
    person,
    recover,
    second_step,
    sign_in,
    sign_in_code,
    sign_out,
    team,
    teams,
)

urlpatterns = [
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-in/code", sign_in_code.sign_in_code, name="sign-in-code"),
    path("sign-out", sign_out.sign_out, name="sign-out"),
    path("choose", choose.choose, name="choose"),
    path("me", me.me, name="me"),
    path("me/password", change_password.change_password, name="change-password"),
    path("me/second-step", second_step.second_step, name="second-step"),
    path("me/sessions/end", end_session.end_other_sessions, name="end-other-sessions"),
    path("me/sessions/<uuid:uid>/end", end_session.end_session, name="end-session"),
    path("people", people.people, name="people"),
    path("people/new", new_person.new_person, name="new-person"),
    path("people/<uuid:uid>/", person.person, name="person"),
    path("people/<uuid:uid>/deactivate", deactivate.deactivate, name="deactivate"),
    path("people/<uuid:uid>/reactivate", deactivate.reactivate, name="reactivate"),
    path("people/<uuid:uid>/password", recover.reset_password, name="reset-password"),
    path(
        "people/<uuid:uid>/second-step/end",
        recover.end_second_step_of,
        name="end-second-step-of",
    ),
    path("teams", teams.teams, name="teams"),
    path("teams/new", new_team.new_team, name="new-team"),
    path("teams/<uuid:uid>/", team.team, name="team"),
    path("teams/<uuid:uid>/join", team.join_team, name="join-team"),
    path("teams/<uuid:uid>/delete", team.delete_team, name="delete-team"),
    path("teams/<uuid:uid>/<uuid:person>/leave", member.leave_team, name="leave-team"),
    path("teams/<uuid:uid>/<uuid:person>/lead", member.lead_team, name="lead-team"),
    path("audit", audit.audit, name="audit"),
]
