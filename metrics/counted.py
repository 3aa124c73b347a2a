"""Counters and histograms: what was tallied in the transactions that did it, so no restart forgets it."""

from __future__ import annotations

from metrics.look import Look
from metrics.samples import Samples
from store import tally

#: What becomes of a planned time.
RESULTS = ("ran", "merged", "skipped", "missed")


def read(samples: Samples, look: Look) -> None:
    """The families of the tally; those of services that are gone from the catalogue are left out."""
    found = tally.everything(look.tx)
    present = {row["name"] for row in look.services}
    daemons = {row["name"] for row in look.services if row["kind"] == "daemon"}
    for name, labels in sorted(found.get("runs", {}).items()):
        for label, value in sorted(labels.items()):
            outcome, _, trigger = label.partition("|")
            if name in present:
                samples.add("runs_total", value, name, outcome, trigger)
    # All four from the start: Prometheus counts no increase from a series that was not there.
    planned = {row["name"] for row in look.services if row["kind"] in ("periodic", "fixed_time")}
    occurrences = found.get("occurrences", {})
    for name in sorted(planned | (present & occurrences.keys())):
        for result in RESULTS:
            samples.add("occurrences_total", occurrences.get(name, {}).get(result, 0.0), name, result)
    for metric in ("run_duration", "run_queue_time"):
        for name, labels in sorted(found.get(metric, {}).items()):
            if name in present:
                samples.observed(f"{metric}_seconds", labels, name)
    restarts = found.get("daemon_restarts", {})
    for name in sorted(daemons):
        samples.add("daemon_restarts_total", restarts.get(name, {}).get("", 0.0), name)
    own = {metric: services.get("", {}) for metric, services in found.items()}
    samples.observed("schedule_lateness_seconds", own.get("schedule_lateness", {}))
    for group, value in sorted(own.get("run_group_held", {}).items()):
        samples.add("run_group_held_seconds_total", value, group)
    samples.add("requests_rejected_total", own.get("requests_rejected", {}).get("", 0.0))
