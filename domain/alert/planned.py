"""Alerts on planned times: missed ones, services that fail, and a beat that stands still."""

from __future__ import annotations

from collections.abc import Iterator

from domain.alert.facts import Facts, ServiceFact
from domain.alert.finding import SETTLED, Finding
from domain.time.spoken import span

#: So many failures in a row are an alert; where a day lies between two runs, one is.
FAILURES = 3
DAILY = 86_400.0
#: A planned time that the beat has not served for so long (s), or the misfire window, is missed.
OVERDUE = 120.0
#: A beat that has not ticked for so long (s) stands still.
STALLED = 180.0
#: Without a good backup for so long (s) the daily one has failed or was never made.
BACKUP_OLD = 26 * 3600.0
BACKUP = "backup_manager"


def missed(facts: Facts) -> Iterator[Finding]:
    """Planned times recorded as missed within the last hour, or left unserved by the beat."""
    # A beat that stands still is one alert, not one for each service.
    stalled = beat_is_stalled(facts)
    for each in facts.services:
        if not facts.works(each.name):
            continue
        if each.missed:
            times = "a planned time" if each.missed == 1 else f"{each.missed} planned times"
            text = f"{each.title} missed {times} within the last hour"
            yield Finding("missed", f"service {each.name}", text, known=True)
        elif not stalled and (late := _late(each, facts.now)):
            text = f"{each.title} should have started {span(late)} ago, and nothing was planned"
            yield Finding("missed", f"service {each.name}", text, after=SETTLED)


def failing(facts: Facts) -> Iterator[Finding]:
    """Services that failed three times in a row, or once where the next try is a day away."""
    for each in facts.services:
        if not each.watched or each.last_outcome not in ("failed", "lost"):
            continue
        how = "failed" if each.last_outcome == "failed" else "was lost"
        if each.failures >= FAILURES:
            text = f"{each.title} did not succeed {each.failures} times in a row; the last run {how}"
        elif each.interval is not None and each.interval >= DAILY:
            text = f"the last run of {each.title} {how}, and the next is {span(each.interval)} after it"
        else:
            continue
        yield Finding("failing", f"service {each.name}", text, "error", known=True)


def beat_stalled(facts: Facts) -> Iterator[Finding]:
    """No tick for three minutes: no service of the whole site is started by its schedule."""
    if facts.beat_at is None:
        text = "the beat has never ticked: nothing is started by its schedule"
        yield Finding("beat_stalled", "beat", text, "error", after=STALLED)
    elif beat_is_stalled(facts):
        ago = span(facts.now - facts.beat_at)
        text = f"the beat last ticked {ago} ago: nothing is started by its schedule"
        yield Finding("beat_stalled", "beat", text, "error", after=SETTLED)


def backup_old(facts: Facts) -> Iterator[Finding]:
    """No good backup within 26 hours while backups are switched on."""
    if not facts.works(BACKUP):
        return
    last, about = facts.by_name[BACKUP].last_success_at, f"service {BACKUP}"
    if last is None:
        text = "no backup has been made yet"
        yield Finding("backup_old", about, text, "error", after=BACKUP_OLD)
    elif facts.now - last > BACKUP_OLD:
        text = f"the last good backup is {span(facts.now - last)} old"
        yield Finding("backup_old", about, text, "error")


def beat_is_stalled(facts: Facts) -> bool:
    """True when the beat never ticked, or not for `STALLED` seconds."""
    return facts.beat_at is None or facts.now - facts.beat_at > STALLED


def _late(each: ServiceFact, now: float) -> float:
    """Seconds that a planned time is unserved beyond what is allowed; 0 for none."""
    if each.due_since is None:
        return 0.0
    late = now - each.due_since
    return late if late > max(OVERDUE, each.misfire_window) else 0.0
