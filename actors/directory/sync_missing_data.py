"""Fills the backup tables with directory and mail data that no synchronisation has brought yet.

It completes what is absent and never overwrites what is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from actors import Context, FixedTime, Outcome, Task, service
from domain.directory.attributes import wanted


@dataclass(frozen=True)
class Options:
    """`attributes` that are kept besides the usual ones; `timeout` in seconds, of one answer."""

    attributes: tuple[str, ...] = ()
    timeout: float = 60.0

    def __post_init__(self) -> None:
        wanted(self.attributes)
        if not 1 <= self.timeout <= 600:
            raise ValueError(f"timeout: expected 1 to 600, got {self.timeout:g}")


def users(context: Context, options: Options) -> Outcome:
    """Users that our copy lacks, or lacks data of."""
    from actors.directory_steps.missing import store_users

    return store_users(context, options.timeout, options.attributes)


def mail_objects(context: Context, options: Options) -> Outcome:
    """Mailboxes, distribution lists and contacts, which Exchange keeps in the directory."""
    from actors.directory_steps.missing import store_mail_objects

    return store_mail_objects(context, options.timeout, options.attributes)


@service(
    title="SyncMissingDataWork",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=FixedTime(("04:40",)),
    time_limit=timedelta(minutes=30),
    options=Options,
    proof="real",
    proof_note="A Samba domain controller with mailboxes, lists and contacts; no Exchange of its own stands "
    "behind it, and attributes that only Exchange's schema has were not there.",
    tasks=(
        Task("Back up AD user data that is missing here", users),
        Task("Back up missing Exchange objects (mailboxes, DLs, contacts)", mail_objects),
    ),
)
def run(context: Context, options: Options) -> Outcome:
    """Run the steps."""
    return context.run_steps(options)
