"""Alerts on runs, jobs and mail that wait too long, and on runs that take too long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from domain.alert.facts import Facts, RunningFact, WaitFact
from domain.alert.finding import SERVED, SETTLED, Finding
from domain.time.spoken import span

#: A run is stuck after so many times the usual duration of what it waits for, and at least so many s.
STUCK_TIMES, STUCK_LEAST = 3.0, 900.0
#: A run takes long after so many times the p95 of earlier ones, and at least so many s: a run of half
#: a second that takes two is nothing to wake anybody for.
LONG_TIMES, LONG_LEAST = 3.0, 60.0
#: Fewer durations than this say nothing of what is usual.
ENOUGH = 5
#: With so much of its time limit gone, a run will probably be stopped by it.
NEAR_LIMIT = 0.8
#: Jobs and mail that could go on for so long (s) and do not are stuck.
QUEUE_STUCK = 1800.0
#: Reasons that an operator, or the run itself, has given: nothing is stuck.
RESTING = frozenset(("paused", "disabled", "maintenance", "not_before"))
MAIL = "mail_manager"


def stuck_in_queue(facts: Facts) -> Iterator[Finding]:
    """The run of each service that has waited longest, if that is too long."""
    for each in _longest(facts, "service").values():
        waited = facts.now - each.since
        if waited > max(STUCK_LEAST, STUCK_TIMES * (each.usual or 0.0)):
            text = f"{each.title} has waited {span(waited)}: {each.sentence}"
            yield Finding("stuck_in_queue", f"service {each.service}", text, after=SETTLED)


def group_starved(facts: Facts) -> Iterator[Finding]:
    """Run groups that somebody waits for ten times longer than until they are kept for them."""
    for group, each in _longest(facts, "group").items():
        waited = facts.now - each.since
        if waited > facts.starved_after:
            text = f"{each.title} has waited {span(waited)} for run group {group}: {each.sentence}"
            yield Finding("group_starved", f"run_group {group}", text, after=SETTLED)


def running_long(facts: Facts) -> Iterator[Finding]:
    """The run of each service that has run longest, if that is far from usual or near its time limit."""
    found: dict[str, Finding] = {}
    for each in sorted(facts.running, key=lambda run: (run.started_at, run.run_id)):
        text = _why_long(each, facts.now - each.started_at)
        if text and each.service not in found:
            found[each.service] = Finding("running_long", f"service {each.service}", text)
    yield from found.values()


def job_queue_stuck(facts: Facts) -> Iterator[Finding]:
    """Kinds of jobs that could be claimed, and none was for half an hour or two starts of their service."""
    for each in facts.jobs:
        if not facts.works(each.service):
            continue
        patience = max(QUEUE_STUCK, 2 * (facts.by_name[each.service].interval or 0.0))
        since = max(each.oldest, each.begun_at or 0.0)
        if facts.now - since > patience:
            waiting = "a job waits" if each.waiting == 1 else f"{each.waiting} jobs wait"
            text = f"{waiting} in {each.kind}, and none was begun for {span(facts.now - since)}"
            yield Finding("job_queue_stuck", f"job_kind {each.kind}", text, after=SERVED)


def outbox_stuck(facts: Facts) -> Iterator[Finding]:
    """Mail that could have been sent half an hour ago while its service is switched on."""
    if facts.mail_since is None or not facts.works(MAIL):
        return
    waited = facts.now - facts.mail_since
    if waited > QUEUE_STUCK:
        waiting = "a mail waits" if facts.mails == 1 else f"{facts.mails} mails wait"
        text = f"{waiting} in the outbox, the oldest for {span(waited)}, and nobody sends"
        yield Finding("outbox_stuck", "outbox", text, "error", after=SERVED)


def p95(durations: Sequence[float]) -> float | None:
    """The duration that 95 of 100 runs do not exceed (nearest rank); None for fewer than `ENOUGH`."""
    if len(durations) < ENOUGH:
        return None
    return sorted(durations)[ceil(0.95 * len(durations)) - 1]


def median(durations: Sequence[float]) -> float | None:
    """The usual duration: the one in the middle; None where there is none."""
    return sorted(durations)[len(durations) // 2] if durations else None


def _longest(facts: Facts, key: str) -> dict[str, WaitFact]:
    """The one that waits longest for each service or group, of those that nobody holds back."""
    found: dict[str, WaitFact] = {}
    if facts.maintenance:
        return found
    for each in sorted(facts.waits, key=lambda wait: (wait.since, wait.run_id)):
        about: str | None = getattr(each, key)
        if about is not None and each.code not in RESTING and facts.works(each.service):
            found.setdefault(about, each)
    return found


def _why_long(each: RunningFact, ran: float) -> str | None:
    where = f"{each.title} has run {span(ran)} on {each.node}"
    if ran > NEAR_LIMIT * each.time_limit:
        return f"{where} and is stopped after {span(each.time_limit)}"
    usual = p95(each.durations)
    if usual is not None and ran > max(LONG_LEAST, LONG_TIMES * usual):
        return f"{where}; 95 of 100 runs take less than {span(usual) if usual >= 1 else '1 s'}"
    return None
