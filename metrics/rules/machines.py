"""Alerts on what serves the services: daemons, nodes, run groups, queues, and the system itself."""

from __future__ import annotations

from metrics.rules.recorded import WORKS
from metrics.rules.rule import Alert, text

ALERTS = (
    Alert(
        "TickworksDaemonDown",
        "critical",
        # A daemon of which nothing runs has no running series: 0 times the wish stands for it.
        text(
            """
            max by (service) (tickworks_daemon_desired_instances)
              - on (service) (
                sum by (service) (max by (service, node) (tickworks_daemon_running_instances))
                or
                0 * max by (service) (tickworks_daemon_desired_instances)
              ) > 0
            """
        ),
        "{{ $value }} instances of {{ $labels.service }} do not run",
        "2m",
    ),
    Alert(
        "TickworksCrashLoop",
        "critical",
        text(
            """
            max by (service) (tickworks_daemon_crash_loop_instances) > 0
            or
            max by (service) (increase(tickworks_daemon_restarts_total[15m])) >= 4
            """
        ),
        "{{ $labels.service }} crashes again and again",
    ),
    Alert(
        "TickworksNodeLost",
        "critical",
        "time() - max by (node) (tickworks_node_last_heartbeat_timestamp_seconds) > 45",
        "node {{ $labels.node }} was last seen {{ $value | humanizeDuration }} ago",
        "30s",
    ),
    Alert(
        "TickworksGroupStarved",
        "warning",
        text(
            """
            time() - min by (run_group) (tickworks_run_group_oldest_waiting_timestamp_seconds) > 1800
            unless on () max(tickworks_maintenance) == 1
            """
        ),
        "somebody has waited {{ $value | humanizeDuration }} for run group {{ $labels.run_group }}",
        "1m",
    ),
    Alert(
        "TickworksJobQueueStuck",
        "warning",
        text(
            """
            time() - min by (kind) (tickworks_job_oldest_queued_timestamp_seconds) > 1800
            and on (kind) max by (kind) (tickworks_jobs{state="running"}) == 0
            unless on () max(tickworks_maintenance) == 1
            """
        ),
        "a job of kind {{ $labels.kind }} has waited {{ $value | humanizeDuration }}, and none runs",
        "5m",
    ),
    Alert(
        "TickworksOutboxStuck",
        "critical",
        text(
            f"""
            time() - min(tickworks_outbox_oldest_waiting_timestamp_seconds) > 1800
            and on () {WORKS}{{service="mail_manager"}} == 1
            """
        ),
        "a mail has waited {{ $value | humanizeDuration }} in the outbox",
        "5m",
    ),
    Alert(
        "TickworksBeatStalled",
        "critical",
        text(
            """
            time() - max(tickworks_beat_last_tick_timestamp_seconds) > 180
            or
            (max(tickworks_database_up) == 1 unless on () max(tickworks_beat_last_tick_timestamp_seconds))
            """
        ),
        "the beat does not tick: nothing is started by its schedule",
        "1m",
    ),
    Alert(
        "TickworksDatabaseAway",
        "critical",
        "max(tickworks_database_up) == 0",
        "no web process can read the database: nothing starts, and all other figures are missing",
        "1m",
    ),
    Alert(
        "TickworksBrokerAway",
        "critical",
        "max(tickworks_broker_up) == 0",
        "no web process reaches the broker: runs start late",
        "2m",
    ),
    Alert(
        "TickworksExporterMissing",
        "critical",
        "absent(tickworks_build_info)",
        "Prometheus scrapes no Tickworks: no other alert can fire",
        "2m",
    ),
)
