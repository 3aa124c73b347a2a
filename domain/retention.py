"""How long the engine's own records are kept: the terms, as an operator may change them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

DAY = 86_400.0

#: The contract: the key of a request is remembered for 24 hours.
KEY_DAYS = 1


@dataclass(frozen=True)
class Retention:
    """Days that records are kept, and how they are deleted; the site's ``[history]`` gives the first three.

    ``keep_failed_days`` is for runs that failed, were lost or missed. Samples are kept as they are,
    then condensed to 5 minutes, then to hours; ``keep_results_days`` is for what checks found. A
    transaction deletes at most ``batch`` rows; after ``longest`` seconds the rest is left to the next run.

    A file of calls that comes again within ``keep_call_files_days`` is known and not read twice; it is never
    forgotten before all days up to its own are archived. ``keep_gone_users_days`` is more than the 180 days
    in which a directory can bring a deleted user back. ``keep_copies_days``: what a directory had before we
    deleted it.
    """

    keep_days: int = field(default=30, metadata={"setting": "history.keep_days"})
    keep_failed_days: int = field(default=90, metadata={"setting": "history.keep_failed_days"})
    keep_log_mb: int = field(default=512, metadata={"setting": "history.keep_log_mb"})
    keep_changes_days: int = 400
    keep_events_days: int = 90
    keep_mail_days: int = 60
    keep_jobs_days: int = 90
    keep_gone_nodes_days: int = 30
    keep_samples_days: int = 2
    keep_5min_days: int = 14
    keep_hourly_days: int = 730
    keep_results_days: int = 14
    keep_call_files_days: int = 400
    keep_bad_rows_days: int = 90
    keep_batches_days: int = 90
    keep_recipients_days: int = 400
    keep_gone_users_days: int = 400
    keep_copies_days: int = 730
    batch: int = 500
    longest: int = 900

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if value < 1:
                raise ValueError(f"{each.name}: expected at least 1, got {value}")
        if self.batch > 10_000:
            raise ValueError(f"batch: expected at most 10000 rows, got {self.batch}")

    def terms(self, now: float) -> Terms:
        """What is older than these instants may go."""
        return Terms(
            runs=now - self.keep_days * DAY,
            failed_runs=now - self.keep_failed_days * DAY,
            changes=now - self.keep_changes_days * DAY,
            request_keys=now - KEY_DAYS * DAY,
            rejected=now - self.keep_days * DAY,
            events=now - self.keep_events_days * DAY,
            mail=now - self.keep_mail_days * DAY,
            jobs=now - self.keep_jobs_days * DAY,
            gone_nodes=now - self.keep_gone_nodes_days * DAY,
            results=now - self.keep_results_days * DAY,
            call_files=now - self.keep_call_files_days * DAY,
            bad_rows=now - self.keep_bad_rows_days * DAY,
            batches=now - self.keep_batches_days * DAY,
            recipients=now - self.keep_recipients_days * DAY,
            gone_users=now - self.keep_gone_users_days * DAY,
            copies=now - self.keep_copies_days * DAY,
            samples={
                0: now - self.keep_samples_days * DAY,
                300: now - self.keep_5min_days * DAY,
                3600: now - self.keep_hourly_days * DAY,
            },
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """Instants in epoch seconds; `samples` by the step of what is kept, 0 for the samples themselves."""

    runs: float
    failed_runs: float
    changes: float
    request_keys: float
    rejected: float
    events: float
    mail: float
    jobs: float
    gone_nodes: float
    results: float
    call_files: float
    bad_rows: float
    batches: float
    recipients: float
    gone_users: float
    copies: float
    samples: dict[int, float]
