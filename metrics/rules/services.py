"""Alerts on services: planned times, failures, waits, and runs that take too long."""

from __future__ import annotations

from metrics.rules.recorded import P95_DURATION, WORKS
from metrics.rules.rule import Alert, text

ALERTS = (
    Alert(
        "TickworksMissedRun",
        "warning",
        text(
            f"""
            (
              time() - max by (service) (tickworks_service_next_due_timestamp_seconds) > 300
              or
              max by (service) (increase(tickworks_occurrences_total{{result="missed"}}[1h])) > 0
            )
            and on (service) {WORKS} == 1
            """
        ),
        "{{ $labels.service }} missed a planned time",
        "1m",
    ),
    Alert(
        "TickworksNotSucceeding",
        "critical",
        text(
            f"""
            time() - max by (service) (tickworks_service_last_success_timestamp_seconds)
              > on (service) 3 * max by (service) (tickworks_service_expected_interval_seconds)
            and on (service) {WORKS} == 1
            """
        ),
        "{{ $labels.service }} last succeeded {{ $value | humanizeDuration }} ago",
        "5m",
    ),
    Alert(
        "TickworksFailing",
        "warning",
        text(
            """
            max by (service) (tickworks_service_consecutive_failures) >= 3
            or
            (
              max by (service) (tickworks_service_consecutive_failures) >= 1
              and on (service) max by (service) (tickworks_service_expected_interval_seconds) >= 86400
            )
            """
        ),
        "{{ $labels.service }} did not succeed {{ $value }} times in a row",
    ),
    Alert(
        "TickworksStuckInQueue",
        "warning",
        text(
            f"""
            time() - min by (service) (tickworks_service_oldest_queued_timestamp_seconds) > 900
            and on (service) {WORKS} == 1
            """
        ),
        "a run of {{ $labels.service }} has waited {{ $value | humanizeDuration }}",
        "1m",
    ),
    Alert(
        "TickworksRunningLong",
        "warning",
        text(
            f"""
            (time() - min by (service) (tickworks_service_oldest_running_timestamp_seconds))
              > on (service) 0.8 * max by (service) (tickworks_service_time_limit_seconds)
            or
            (time() - min by (service) (tickworks_service_oldest_running_timestamp_seconds))
              > on (service) clamp_min(3 * {P95_DURATION}, 60)
            """
        ),
        "a run of {{ $labels.service }} has run {{ $value | humanizeDuration }}",
        "1m",
    ),
    Alert(
        "TickworksBackupOld",
        "critical",
        text(
            f"""
            (
              time() - max by (service)
                (tickworks_service_last_success_timestamp_seconds{{service="backup_manager"}}) > 93600
              and on (service) {WORKS} == 1
            )
            or
            (
              {WORKS}{{service="backup_manager"}} offset 26h == 1
              unless on (service) tickworks_service_last_success_timestamp_seconds
            )
            and on (service) {WORKS} == 1
            """
        ),
        "there is no good backup of the last 26 hours",
        "10m",
    ),
)
