"""Exporter health: whether what the other dashboards show can be believed."""

from __future__ import annotations

from metrics.dashboards.board import COUNT, SECONDS, YES_NO, Board, ask, figure, graph, table, timeline

BOARD = Board(
    "tickworks-exporter",
    "Tickworks: exporter health",
    "Whether Tickworks is scraped, and what it can read.",
    (
        figure(
            "Web processes scraped",
            "Web processes that answer Prometheus.",
            COUNT,
            "count(tickworks_build_info)",
        ),
        figure(
            "Database", "Whether a web process can read the database.", YES_NO, "max(tickworks_database_up)"
        ),
        figure("Broker", "Whether a web process reaches the broker.", YES_NO, "max(tickworks_broker_up)"),
        figure(
            "Beat",
            "How long ago the beat ticked.",
            SECONDS,
            "time() - max(tickworks_beat_last_tick_timestamp_seconds)",
            bad=180,
        ),
        figure(
            "Maintenance",
            "Whether the site is in maintenance: nothing starts.",
            YES_NO,
            "max(tickworks_maintenance)",
        ),
        figure(
            "Families not read",
            "Families of metrics that could not be read, as during a migration.",
            COUNT,
            "max(tickworks_scrape_failed_families)",
            bad=1,
        ),
        timeline(
            "Database and broker",
            "What each web process can reach.",
            YES_NO,
            ask(
                "min by (instance) (tickworks_database_up) * on (instance) "
                "min by (instance) (tickworks_broker_up)",
                "{{instance}}",
            ),
        ),
        graph(
            "Time of a scrape",
            "How long a scrape takes.",
            SECONDS,
            ask("scrape_duration_seconds and on (job, instance) tickworks_build_info", "{{instance}}"),
        ),
        graph(
            "Samples of a scrape",
            "How many samples a scrape has.",
            COUNT,
            ask("scrape_samples_scraped and on (job, instance) tickworks_build_info", "{{instance}}"),
        ),
        graph(
            "Rejected messages",
            "Messages that nobody could understand, within the last hour.",
            COUNT,
            ask("max(increase(tickworks_requests_rejected_total[1h]))", "messages"),
        ),
        table(
            "Releases",
            "The release that each web process runs.",
            COUNT,
            ask("count by (instance, version) (tickworks_build_info)"),
        ),
    ),
)
