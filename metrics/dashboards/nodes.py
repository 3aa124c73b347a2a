"""Nodes and capacity: slots, what waits for them, heartbeats, memory and daemons."""

from __future__ import annotations

from metrics.dashboards.board import BYTES, COUNT, SECONDS, SHARE, Board, Variable, ask, figure, graph

SOME = '{node=~"$node"}'

BOARD = Board(
    "tickworks-nodes",
    "Tickworks: nodes and capacity",
    "Nodes, their slots, and what waits for a free one.",
    (
        figure("Nodes up", "Nodes that take runs.", COUNT, 'max(tickworks_nodes{state="up"})'),
        figure(
            "Nodes draining", "Nodes that take nothing new.", COUNT, 'max(tickworks_nodes{state="draining"})'
        ),
        figure(
            "Nodes lost",
            "Nodes that have not been seen for longer than their lease.",
            COUNT,
            'max(tickworks_nodes{state="lost"})',
            bad=1,
        ),
        figure(
            "Slots",
            "Runs that all nodes can execute at once.",
            COUNT,
            "sum(max by (node) (tickworks_node_slots))",
        ),
        figure(
            "Busy slots",
            "Slots that are granted or running.",
            COUNT,
            "sum(max by (node) (tickworks_node_busy_slots))",
        ),
        figure(
            "Wait for a slot",
            "Runs that wait for nothing but a free slot.",
            COUNT,
            "sum(max by (roles) (tickworks_runs_waiting_for_slot))",
            bad=1,
        ),
        graph(
            "Busy share",
            "Share of a node's slots that are busy.",
            SHARE,
            ask(
                f"""
                  max by (node) (tickworks_node_busy_slots{SOME})
                    / on (node) (max by (node) (tickworks_node_slots{SOME}) > 0)
                  """,
                "{{node}}",
            ),
        ),
        graph(
            "Runs that wait for a slot",
            "By the roles that a node must have: what autoscalers follow.",
            COUNT,
            ask("max by (roles) (tickworks_runs_waiting_for_slot)", "{{roles}}"),
        ),
        graph(
            "Heartbeat",
            "How long ago a node was seen.",
            SECONDS,
            ask(
                f"time() - max by (node) (tickworks_node_last_heartbeat_timestamp_seconds{SOME})", "{{node}}"
            ),
        ),
        graph(
            "Memory",
            "Memory of the processes of a node.",
            BYTES,
            ask(f"max by (node) (tickworks_node_memory_bytes{SOME})", "{{node}}"),
        ),
        graph(
            "Daemons on nodes",
            "Instances of daemons that run on a node.",
            COUNT,
            ask(
                f"sum by (node) (max by (service, node) (tickworks_daemon_running_instances{SOME}))",
                "{{node}}",
            ),
        ),
        graph(
            "Restarts of daemons",
            "Starts of an instance after an end of it, within the last hour.",
            COUNT,
            ask("max by (service) (increase(tickworks_daemon_restarts_total[1h]))", "{{service}}"),
            ask(
                "max by (service) (tickworks_daemon_crash_loop_instances) > 0",
                "{{service}} crash loop",
                sometimes=True,
            ),
        ),
    ),
    (Variable("node", "Node", "node_last_heartbeat_timestamp_seconds", several=True),),
)
