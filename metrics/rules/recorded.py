"""Series that dashboards and alerts use more than once.

Every web process tells the same figures, so ``max`` over them counts each once.
"""

from __future__ import annotations

from metrics.rules.rule import Record, text

WORKS = "tickworks:service_works"
RUNS = "tickworks:runs:rate5m"
P95_DURATION = "tickworks:run_duration_seconds:p95_1d"
P95_QUEUE = "tickworks:run_queue_time_seconds:p95_1h"

RECORDS = (
    Record(
        WORKS,
        text(
            """
            (
              max by (service) (tickworks_service_enabled) == 1
              unless on (service) max by (service) (tickworks_service_paused) == 1
            )
            unless on () max(tickworks_maintenance) == 1
            """
        ),
        "1 for each service that should work now: enabled, not paused, and the site not in maintenance.",
    ),
    Record(
        RUNS,
        text(
            """
            sum by (service, outcome) (
              max by (service, outcome, trigger) (rate(tickworks_runs_total[5m]))
            )
            """
        ),
        "Runs that ended, a second.",
    ),
    Record(
        P95_DURATION,
        text(
            """
            histogram_quantile(0.95,
              max by (service, le) (rate(tickworks_run_duration_seconds_bucket[1d]))
            ) >= 0
            """
        ),
        "Seconds that 95 of 100 runs of the last day did not exceed.",
    ),
    Record(
        P95_QUEUE,
        text(
            """
            histogram_quantile(0.95,
              max by (service, le) (rate(tickworks_run_queue_time_seconds_bucket[1h]))
            ) >= 0
            """
        ),
        "Seconds that 95 of 100 runs of the last hour waited at most.",
    ),
)
