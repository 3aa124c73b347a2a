"""Jobs: the work queue by kind and state, the outbox, and held acts."""

from __future__ import annotations

from metrics.dashboards.board import COUNT, SECONDS, Board, ask, figure, graph, table


def _state(state: str) -> str:
    return f'sum(max by (kind) (tickworks_jobs{{state="{state}"}})) or vector(0)'


BOARD = Board(
    "tickworks-jobs",
    "Tickworks: jobs",
    "The work queue and the outbox.",
    (
        figure("Queued", "Jobs that wait to be carried out.", COUNT, _state("queued")),
        figure("Running", "Jobs that are carried out now.", COUNT, _state("running")),
        figure("Held", "Jobs that are kept back until somebody releases them.", COUNT, _state("held"), bad=1),
        figure("Failed", "Jobs that failed and hold up their lanes.", COUNT, _state("failed"), bad=1),
        figure(
            "Unknown",
            "Jobs of which nobody knows yet whether they took effect.",
            COUNT,
            _state("unknown"),
            bad=1,
        ),
        figure("Mails that wait", "Mails that are to be sent.", COUNT, "max(tickworks_outbox_waiting_mails)"),
        graph(
            "Jobs by state",
            "Jobs that are not done.",
            COUNT,
            ask("sum by (state) (max by (kind, state) (tickworks_jobs))", "{{state}}"),
        ),
        graph(
            "Queued jobs by kind",
            "Jobs that wait to be carried out.",
            COUNT,
            ask('max by (kind) (tickworks_jobs{state="queued"})', "{{kind}}"),
        ),
        graph(
            "Oldest queued job",
            "How long the oldest job of a kind could have been begun.",
            SECONDS,
            ask(
                "time() - min by (kind) (tickworks_job_oldest_queued_timestamp_seconds)",
                "{{kind}}",
                sometimes=True,
            ),
        ),
        graph(
            "Oldest mail",
            "How long the oldest mail could have been sent.",
            SECONDS,
            ask("time() - min(tickworks_outbox_oldest_waiting_timestamp_seconds)", "mail", sometimes=True),
        ),
        graph(
            "Held acts",
            "Acts on the outside that wait for somebody to release them, by family.",
            COUNT,
            ask(
                "sum by (family) (max by (family, state) (tickworks_held_acts))", "{{family}}", sometimes=True
            ),
        ),
        table(
            "Jobs that failed",
            "Failed jobs by kind.",
            COUNT,
            ask('max by (kind) (tickworks_jobs{state="failed"}) > 0', sometimes=True),
        ),
        table(
            "Jobs that are held",
            "Held jobs by kind.",
            COUNT,
            ask('max by (kind) (tickworks_jobs{state="held"}) > 0', sometimes=True),
        ),
    ),
)
