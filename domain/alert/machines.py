"""Alerts on daemons, nodes, what operators have checked on their servers, and hooks."""

from __future__ import annotations

from collections.abc import Iterator

from domain.alert.facts import DaemonFact, Facts
from domain.alert.finding import Finding, Severity
from domain.time.spoken import span

#: A daemon may be away for so long (s): it is started again, or moves to another node.
DOWN = 120.0


def daemon_down(facts: Facts) -> Iterator[Finding]:
    """Fewer instances run than should for two minutes; those in a crash loop have an alert of their own."""
    for each in facts.daemons:
        if each.desired > each.running + each.looping:
            yield Finding("daemon_down", f"service {each.service}", _down(each), "error", after=DOWN)


def crash_loop(facts: Facts) -> Iterator[Finding]:
    """Daemons that end again and again as soon as they are started."""
    for each in facts.daemons:
        if each.looping:
            text = f"{each.title} has ended {each.crashes} times in a row{_last(each)}"
            yield Finding("crash_loop", f"service {each.service}", text, "error", known=True)


def node_lost(facts: Facts) -> Iterator[Finding]:
    """Nodes that were given up; after an hour they count as having left."""
    for each in facts.lost:
        text = f"node {each.name} was lost {span(facts.now - each.since)} ago"
        yield Finding("node_lost", f"node {each.name}", text, "error", known=True)


def check(facts: Facts) -> Iterator[Finding]:
    """Checks that failed as often as their own rule says; they close by it too (`domain.monitoring`)."""
    for each in facts.checks:
        about = f"{each.server}/{each.name}"
        again = "good again, but not for long: " if each.level == "good" else ""
        severity: Severity = "error" if each.level == "failed" else "warning"
        yield Finding("check", f"check {about}", f"{about}: {again}{each.text}", severity)


def hook_paused(facts: Facts) -> Iterator[Finding]:
    """Event hooks that nothing is sent to until somebody resumes them."""
    for each in facts.hooks:
        text = f"hook {each.name} is paused, it failed too long: {each.error}; resume it once it works"
        yield Finding("hook_paused", f"event_hook {each.name}", text, "error")


def _down(each: DaemonFact) -> str:
    if not each.placeable:
        return f"{each.title} does not run: no node that may run it is up"
    if each.desired == 1:
        return f"{each.title} does not run{_last(each)}"
    return f"{each.title}: {each.running} of {each.desired} instances run{_last(each)}"


def _last(each: DaemonFact) -> str:
    return f"; its last end: {each.last_end}" if each.last_end else ""
