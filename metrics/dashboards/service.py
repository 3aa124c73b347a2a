"""Service: all of one service that is chosen above."""

from __future__ import annotations

from metrics.dashboards.board import (
    AGO,
    COUNT,
    RATE,
    SECONDS,
    YES_NO,
    Board,
    Query,
    Variable,
    ask,
    figure,
    graph,
    table,
)

ONE = '{service="$service"}'


def _at(metric: str, *, sometimes: bool = False) -> Query:
    """A time, in the milliseconds that Grafana counts in."""
    return ask(f"1000 * max(tickworks_service_{metric}_timestamp_seconds{ONE})", sometimes=sometimes)


def _quantile(share: float, metric: str) -> str:
    return f"""
        histogram_quantile({share},
          max by (le) (rate(tickworks_{metric}_seconds_bucket{ONE}[$__rate_interval]))
        )
        """


def _quantiles(metric: str) -> tuple[Query, Query]:
    return ask(_quantile(0.5, metric), "half"), ask(_quantile(0.95, metric), "95 of 100")


BOARD = Board(
    "tickworks-service",
    "Tickworks: service",
    "Last runs, queue time, duration and failures of one service.",
    (
        figure(
            "Switched on",
            "Whether the service is enabled and configured.",
            YES_NO,
            f"max(tickworks_service_enabled{ONE})",
        ),
        figure("Last start", "When a run last started.", AGO, _at("last_start")),
        figure("Last success", "When a run last succeeded.", AGO, _at("last_success")),
        figure(
            "Last failure",
            "When a run last failed or was lost; empty if none ever did.",
            AGO,
            _at("last_failure", sometimes=True),
        ),
        figure(
            "Next planned time",
            "The first that is not accounted for: in the past when one is missed.",
            AGO,
            _at("next_due"),
        ),
        figure(
            "Failures in a row",
            "Runs in a row that failed or were lost.",
            COUNT,
            f"max(tickworks_service_consecutive_failures{ONE})",
            bad=1,
        ),
        figure(
            "Last duration",
            "How long the last run took.",
            SECONDS,
            f"max(tickworks_service_last_duration_seconds{ONE})",
        ),
        figure(
            "Time limit",
            "After so long a run is stopped.",
            SECONDS,
            f"max(tickworks_service_time_limit_seconds{ONE})",
        ),
        figure(
            "Interval",
            "Longest time between two planned starts.",
            SECONDS,
            f"max(tickworks_service_expected_interval_seconds{ONE})",
        ),
        figure("Runs", "Runs that are executed now.", COUNT, f"max(tickworks_service_running_runs{ONE})"),
        figure("Waits", "Runs that wait to start.", COUNT, f"max(tickworks_service_queued_runs{ONE})"),
        figure(
            "Runs for",
            "How long its run that has run longest has run.",
            SECONDS,
            ask(f"time() - min(tickworks_service_oldest_running_timestamp_seconds{ONE})", sometimes=True),
        ),
        graph("Duration", "How long runs took.", SECONDS, *_quantiles("run_duration")),
        graph(
            "Queue time", "How long runs waited before they started.", SECONDS, *_quantiles("run_queue_time")
        ),
        graph(
            "Runs that ended",
            "Runs that ended, a second, by outcome.",
            RATE,
            ask(
                f"""
                  sum by (outcome) (
                    max by (outcome, trigger) (rate(tickworks_runs_total{ONE}[$__rate_interval]))
                  )
                  """,
                "{{outcome}}",
            ),
        ),
        graph(
            "What asked for runs",
            "Runs that ended within the last hour, by trigger.",
            COUNT,
            ask(
                f"""
                  sum by (trigger) (
                    max by (outcome, trigger) (increase(tickworks_runs_total{ONE}[1h]))
                  )
                  """,
                "{{trigger}}",
            ),
        ),
        graph(
            "Planned times",
            "Planned times within the last hour, by what became of them.",
            COUNT,
            ask(f"max by (result) (increase(tickworks_occurrences_total{ONE}[1h]))", "{{result}}"),
        ),
        table(
            "What it is",
            "Its title, kind and family.",
            COUNT,
            ask(f"max by (service, title, kind, family) (tickworks_service_info{ONE})"),
        ),
    ),
    (Variable("service", "Service", "service_info"),),
)
