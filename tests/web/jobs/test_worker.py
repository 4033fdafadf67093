"""The worker against what befalls it: death of a child, of itself, stopping, failures, faults."""

from __future__ import annotations

import signal
import time
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from tests.web.jobs.conftest import Company, end
from zhibi.web.jobs.models import Job

State = Job.State


def test_jobs_are_done_and_what_follows_is_asked_for(company: Company) -> None:
    worker = company.worker()
    job = company.finished(company.queue("quick"))
    assert (job.state, job.attempts, job.progress) == (State.DONE, 1, 1.0)
    assert job.result["pid"] != worker.pid
    assert job.result["cores"] <= 2
    following = company.jobs.get(kind="follow")
    assert company.finished(following).state == State.DONE
    began = company.finished(company.queue("quick"))  # all is loaded now
    assert (began.finished_at - began.queued_at).total_seconds() < 5


def test_a_quick_job_does_not_wait_behind_a_long_one(company: Company) -> None:
    company.worker()
    long = company.running(company.queue("sleep", seconds=60))
    second = company.queue("sleep", seconds=0)
    assert company.finished(company.queue("quick")).state == State.DONE
    second.refresh_from_db()
    assert (long.state, second.state) == (State.RUNNING, State.QUEUED)


def test_two_workers_do_each_job_once(company: Company, tmp_path: Path) -> None:
    company.worker()
    company.worker()
    jobs = [company.queue("die", file=str(tmp_path / f"{at}"), times=0) for at in range(8)]
    done = [company.finished(job) for job in jobs]
    assert {(job.state, job.attempts, job.result["times"]) for job in done} == {(State.DONE, 1, 1)}


def test_a_killed_child_is_done_again(company: Company, tmp_path: Path) -> None:
    company.worker()
    job = company.finished(company.queue("die", file=str(tmp_path / "told"), times=1))
    assert (job.state, job.attempts, job.result) == (State.DONE, 2, {"times": 2})


def test_a_child_killed_twice_fails_with_a_sentence(company: Company, tmp_path: Path) -> None:
    company.worker()
    job = company.finished(company.queue("die", file=str(tmp_path / "told"), times=9))
    assert (job.state, job.attempts) == (State.FAILED, 2)
    assert "stopped in the midst" in job.error["template"]


def test_what_may_not_be_done_twice_fails_at_once(company: Company) -> None:
    company.worker()
    job = company.finished(company.queue("die once", may_resume=False))
    assert (job.state, job.attempts) == (State.FAILED, 1)


def test_another_worker_takes_up_what_a_killed_one_had(company: Company) -> None:
    first = company.worker()
    job = company.running(company.queue("sleep", seconds=60))
    assert end(first, signal.SIGKILL) == -signal.SIGKILL
    company.jobs.filter(pk=job.pk).update(
        lease_until=timezone.now() - timedelta(seconds=1), params={"seconds": 0}
    )
    company.worker()
    job = company.finished(job)
    assert (job.state, job.attempts) == (State.DONE, 2)


def test_a_stopped_job_stops(company: Company) -> None:
    company.worker()
    job = company.running(company.queue("sleep", seconds=60))
    company.jobs.filter(pk=job.pk).update(cancel_asked=True)
    job = company.finished(job)
    assert job.state == State.CANCELLED
    assert job.finished_at is not None


def test_a_failure_says_its_sentence_and_a_fault_nothing_of_itself(company: Company) -> None:
    company.worker()
    refused = company.finished(company.queue("refuse"))
    assert refused.error == {
        "template": "The file {file} is empty; choose another one.",
        "fields": {"file": "a.csv"},
    }
    for kind in ("fault", "no such kind"):
        job = company.finished(company.queue(kind))
        assert job.state == State.FAILED
        assert job.error["template"].startswith("A fault of Zhibi")
        assert "secret" not in str(job.error)


def test_told_to_end_it_leaves_its_job_for_later(company: Company) -> None:
    worker = company.worker()
    job = company.running(company.queue("sleep", seconds=60))
    assert end(worker) == 0
    job.refresh_from_db()
    assert (job.state, job.attempts, job.lease_until) == (State.QUEUED, 0, None)


def test_a_due_schedule_becomes_one_job(company: Company) -> None:
    missed = company.schedules.create(
        kind="quick", every="day", next_at=timezone.now() - timedelta(days=9)
    )
    company.worker()
    while not (jobs := company.jobs.filter(kind="quick")):
        time.sleep(0.1)
    assert company.finished(jobs[0]).state == State.DONE
    missed.refresh_from_db()
    assert missed.next_at > timezone.now()
    assert company.jobs.filter(kind="quick").count() == 1
