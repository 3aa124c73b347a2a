"""Run groups: who holds them for how long, and how long others wait."""

from __future__ import annotations

from metrics.dashboards.board import COUNT, SECONDS, SHARE, YES_NO, Board, Variable, ask, graph, timeline

SOME = '{run_group=~"$run_group"}'

BOARD = Board(
    "tickworks-run-groups",
    "Tickworks: run groups",
    "Run groups: held, waited for, and how busy they are.",
    (
        timeline(
            "Held",
            "Whether somebody holds the group.",
            YES_NO,
            ask(f"max by (run_group) (tickworks_run_group_held{SOME})", "{{run_group}}"),
        ),
        graph(
            "Waiting",
            "Runs and daemons' batches that wait for the group.",
            COUNT,
            ask(f"max by (run_group) (tickworks_run_group_waiting_runs{SOME})", "{{run_group}}"),
        ),
        graph(
            "Longest wait",
            "Since when the oldest of them waits.",
            SECONDS,
            ask(
                f"time() - min by (run_group) (tickworks_run_group_oldest_waiting_timestamp_seconds{SOME})",
                "{{run_group}}",
                sometimes=True,
            ),
        ),
        graph(
            "Share of time held",
            "How much of the time the group is held. It is counted when the group "
            "is set free, so a long run shows late and at once.",
            SHARE,
            ask(
                f"max by (run_group) (rate(tickworks_run_group_held_seconds_total{SOME}[1h]))",
                "{{run_group}}",
            ),
        ),
        graph(
            "Held within an hour",
            "Seconds for which the group was held within the last hour.",
            SECONDS,
            ask(
                f"max by (run_group) (increase(tickworks_run_group_held_seconds_total{SOME}[1h]))",
                "{{run_group}}",
            ),
        ),
    ),
    (Variable("run_group", "Run group", "run_group_held", several=True),),
)
