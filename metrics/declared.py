"""Every metric of the site, declared once: its name, type, labels, buckets, and what it says.

The names are public (`docs/metrics.md`). The collector makes its families from here, the page is
written from here, and every query of a dashboard or rule is checked against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from store import tally

PREFIX = "tickworks_"

Kind = Literal["gauge", "counter", "histogram"]
Family = GaugeMetricFamily | CounterMetricFamily | HistogramMetricFamily


@dataclass(frozen=True)
class Metric:
    """One metric; `buckets` are upper bounds in seconds, the open one not counted."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def full_name(self) -> str:
        """The name as it is scraped, with the prefix."""
        return PREFIX + self.name

    @property
    def series_names(self) -> tuple[str, ...]:
        """The names that its samples have: those that a query may use."""
        if self.kind == "histogram":
            return tuple(f"{self.full_name}_{part}" for part in ("bucket", "sum", "count"))
        return (self.full_name,)

    @property
    def series_labels(self) -> tuple[str, ...]:
        """The labels of its samples."""
        return (*self.labels, "le") if self.kind == "histogram" else self.labels


def _gauge(name: str, help: str, *labels: str) -> Metric:
    return Metric(name, "gauge", help, labels)


def _counter(name: str, help: str, *labels: str) -> Metric:
    return Metric(name, "counter", help, labels)


def _histogram(name: str, help: str, buckets: Sequence[float], *labels: str) -> Metric:
    return Metric(name, "histogram", help, labels, tuple(buckets))


#: In the order of the page, by the heading they stand under.
DECLARED: dict[str, tuple[Metric, ...]] = {
    "Services": (
        _gauge(
            "service_info",
            "1 for each service: its title, kind and family.",
            "service",
            "title",
            "kind",
            "family",
        ),
        _gauge("service_enabled", "1 if the service is switched on and configured, else 0.", "service"),
        _gauge("service_paused", "1 while the service is paused; absent otherwise.", "service"),
        _gauge(
            "service_next_due_timestamp_seconds",
            "First planned time that is not accounted for: in the past when a run is missed. "
            "Absent where nothing is planned.",
            "service",
        ),
        _gauge(
            "service_expected_interval_seconds",
            "Longest time between two planned starts. Absent for daemons and services on demand.",
            "service",
        ),
        _gauge("service_time_limit_seconds", "After so long a run of the service is stopped.", "service"),
        _gauge("service_last_start_timestamp_seconds", "When a run of the service last started.", "service"),
        _gauge("service_last_success_timestamp_seconds", "When a run of it last succeeded.", "service"),
        _gauge(
            "service_last_failure_timestamp_seconds", "When a run of it last failed or was lost.", "service"
        ),
        _gauge("service_last_duration_seconds", "How long the last run that ended took.", "service"),
        _gauge("service_running_runs", "Runs that are executed now.", "service"),
        _gauge(
            "service_oldest_running_timestamp_seconds",
            "When the run that has run longest started. Absent where none runs.",
            "service",
        ),
        _gauge("service_queued_runs", "Runs that wait to start.", "service"),
        _gauge(
            "service_oldest_queued_timestamp_seconds",
            "Since when the run that has waited longest could have started. Absent where none waits.",
            "service",
        ),
        _gauge("service_consecutive_failures", "Runs in a row that failed or were lost.", "service"),
    ),
    "Runs": (
        _counter(
            "runs_total",
            "Runs that ended, by outcome (succeeded, failed, cancelled, lost) and by what "
            "asked for them. Only those that happened.",
            "service",
            "outcome",
            "trigger",
        ),
        _counter(
            "occurrences_total",
            "Planned times, by what became of them (ran, merged, skipped, missed).",
            "service",
            "result",
        ),
        _histogram(
            "run_duration_seconds",
            "How long runs took, from start to end.",
            tally.DURATION_BUCKETS,
            "service",
        ),
        _histogram(
            "run_queue_time_seconds",
            "How long runs waited before they started.",
            tally.QUEUE_BUCKETS,
            "service",
        ),
        _gauge(
            "runs_waiting_for_slot",
            "Runs that wait for nothing but a free slot on a node with one of these roles: what "
            "autoscalers follow.",
            "roles",
        ),
        _histogram(
            "schedule_lateness_seconds",
            "How long after its planned time the beat wrote an occurrence.",
            tally.LATENESS_BUCKETS,
        ),
    ),
    "Daemons": (
        _gauge("daemon_desired_instances", "How many instances of the daemon should run.", "service"),
        _gauge(
            "daemon_running_instances",
            "Instances of the daemon that run. Absent where none does.",
            "service",
            "node",
        ),
        _gauge("daemon_crash_loop_instances", "Instances that crash again and again.", "service"),
        _counter("daemon_restarts_total", "Starts of an instance after an end of it.", "service"),
    ),
    "Run groups": (
        _gauge("run_group_held", "1 while a run or a daemon's batch holds the group, else 0.", "run_group"),
        _gauge("run_group_waiting_runs", "Runs and daemons' batches that wait for the group.", "run_group"),
        _gauge(
            "run_group_oldest_waiting_timestamp_seconds",
            "Since when the oldest of them waits. Absent where nobody does.",
            "run_group",
        ),
        _counter(
            "run_group_held_seconds_total",
            "How long the group was held, counted when it is set free.",
            "run_group",
        ),
    ),
    "Nodes": (
        _gauge("nodes", "Nodes by state (up, draining, lost); those that left are not counted.", "state"),
        _gauge("node_last_heartbeat_timestamp_seconds", "When the node was last seen alive.", "node"),
        _gauge("node_slots", "Runs that the node can execute at once.", "node"),
        _gauge("node_busy_slots", "Slots of the node that are granted or running.", "node"),
        _gauge("node_memory_bytes", "Memory of the node's processes.", "node"),
    ),
    "Jobs and mail": (
        _gauge(
            "jobs",
            "Jobs that are not done, by state (queued, unknown, running, held, failed).",
            "kind",
            "state",
        ),
        _gauge(
            "job_oldest_queued_timestamp_seconds",
            "Since when the oldest queued job could have been begun. Absent where none is queued.",
            "kind",
        ),
        _gauge("outbox_waiting_mails", "Mails that are to be sent."),
        _gauge(
            "outbox_oldest_waiting_timestamp_seconds",
            "Since when the oldest of them could have been sent. Absent where none waits.",
        ),
        _gauge(
            "held_acts",
            "Acts on the outside that a family only wanted to do, held or released and not done yet. "
            "Absent where there are none.",
            "family",
            "state",
        ),
    ),
    "The system": (
        _gauge("beat_last_tick_timestamp_seconds", "When the beat last ticked. Absent if it never did."),
        _gauge("maintenance", "1 while the site is in maintenance, else 0."),
        _counter("requests_rejected_total", "Messages that nobody could understand."),
        _gauge("broker_up", "1 if the broker can be reached, else 0."),
        _gauge("database_up", "1 if the database can be read, else 0; then all that it tells is absent."),
        _gauge("scrape_failed_families", "Families that could not be read, as during a migration."),
        _gauge("build_info", "1, with the release that answers.", "version"),
    ),
}

#: By name, without the prefix.
BY_NAME: dict[str, Metric] = {each.name: each for part in DECLARED.values() for each in part}


def family(name: str) -> Family:
    """An empty family of a declared metric, for its samples. KeyError for one that is not declared."""
    metric = BY_NAME[name]
    if metric.kind == "gauge":
        return GaugeMetricFamily(metric.full_name, metric.help, labels=metric.labels)
    if metric.kind == "counter":
        return CounterMetricFamily(metric.full_name, metric.help, labels=metric.labels)
    return HistogramMetricFamily(metric.full_name, metric.help, labels=metric.labels)
