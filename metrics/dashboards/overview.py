"""Overview: what fails, what waits, what is late, which daemons are down."""

from __future__ import annotations

from metrics.dashboards.board import COUNT, RATE, SECONDS, Board, ask, figure, graph, table

DOWN = """
    max by (service) (tickworks_daemon_desired_instances)
      - on (service) (
        sum by (service) (max by (service, node) (tickworks_daemon_running_instances))
        or 0 * max by (service) (tickworks_daemon_desired_instances)
      ) > 0
"""
FAILING = "max by (service) (tickworks_service_consecutive_failures) > 0"
LATE = "time() - max by (service) (tickworks_service_next_due_timestamp_seconds) > 120"
WAITING = "time() - min by (service) (tickworks_service_oldest_queued_timestamp_seconds)"

BOARD = Board(
    "tickworks-overview",
    "Tickworks: overview",
    "What fails, waits and is late on the whole site.",
    (
        figure(
            "Failing services",
            "Services whose last run failed or was lost.",
            COUNT,
            f"count({FAILING}) or vector(0)",
            bad=1,
        ),
        figure(
            "Late services",
            "Services whose next planned time is more than two minutes over.",
            COUNT,
            f"count({LATE}) or vector(0)",
            bad=1,
        ),
        figure(
            "Daemon instances down",
            "Instances of daemons that should run and do not.",
            COUNT,
            f"sum({DOWN.strip()}) or vector(0)",
            bad=1,
        ),
        figure(
            "Nodes lost",
            "Nodes that have not been seen for longer than their lease.",
            COUNT,
            'max(tickworks_nodes{state="lost"})',
            bad=1,
        ),
        figure(
            "Runs that wait",
            "Runs of all services that wait to start.",
            COUNT,
            "sum(max by (service) (tickworks_service_queued_runs))",
        ),
        figure(
            "Runs that run",
            "Runs of all services that are executed now.",
            COUNT,
            "sum(max by (service) (tickworks_service_running_runs))",
        ),
        graph(
            "Runs that ended",
            "Runs that ended, a second, by outcome.",
            RATE,
            ask(
                """
                  sum by (outcome) (
                    max by (service, outcome, trigger) (rate(tickworks_runs_total[$__rate_interval]))
                  )
                  """,
                "{{outcome}}",
            ),
        ),
        graph(
            "Runs that run and wait",
            "Runs of all services, now.",
            COUNT,
            ask("sum(max by (service) (tickworks_service_running_runs))", "run"),
            ask("sum(max by (service) (tickworks_service_queued_runs))", "wait"),
        ),
        table(
            "What fails",
            "Services whose last runs failed or were lost: how many in a row.",
            COUNT,
            ask(f"sort_desc({FAILING})", sometimes=True),
            width=8,
        ),
        table(
            "What waits",
            "Since when the run of each service that has waited longest waits.",
            SECONDS,
            ask(f"sort_desc({WAITING})", sometimes=True),
            width=8,
        ),
        table(
            "What is late",
            "How long the next planned time of a service is over.",
            SECONDS,
            ask(f"sort_desc({LATE})", sometimes=True),
            width=8,
        ),
        graph(
            "Missed planned times",
            "Planned times that were not served, within the last hour.",
            COUNT,
            ask(
                """
                  sum by (service) (
                    max by (service, result) (increase(tickworks_occurrences_total{result="missed"}[1h]))
                  ) > 0
                  """,
                "{{service}}",
                sometimes=True,
            ),
        ),
        graph(
            "How late the beat is",
            "Within so long after its planned time 95 of 100 occurrences were written.",
            SECONDS,
            ask(
                """
                  histogram_quantile(0.95,
                    max by (le) (rate(tickworks_schedule_lateness_seconds_bucket[$__rate_interval]))
                  )
                  """,
                "95 of 100",
            ),
        ),
        table(
            "Daemons that are down",
            "How many instances of a daemon are missing.",
            COUNT,
            ask(DOWN, sometimes=True),
        ),
        table(
            "Alerts that fire",
            "Alerts of Prometheus on Tickworks.",
            COUNT,
            ask('ALERTS{alertname=~"Tickworks.+", alertstate="firing"}', sometimes=True),
        ),
    ),
)
