"""Backs up the database, the configuration and the attachments, and proves that the copy is readable.

It shares its groups with statistics and factors, so that no figures change under the copy. Its misfire
window is short: a late backup must not hold them in business hours.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from actors import Context, FixedTime, Outcome, Task, service
from domain.backup import BackupPlan

GROUPS = ("factors", "stats_processing")


class Watch:
    """Tells how far a backup has come, ends it when it is to stop, and writes an event when it takes long."""

    def __init__(self, context: Context, plan: BackupPlan, total: int) -> None:
        self._context, self._plan, self._total = context, plan, total
        self._start, self._done, self._told = context.now, 0, False

    def __call__(self, count: int) -> None:
        self._context.check_stop()
        self._done += count
        self._context.progress(self._done, max(self._total, self._done))
        if not self._told and (self._context.now - self._start).total_seconds() > self._plan.alert_after:
            self._told = True
            groups = " and ".join(GROUPS)
            tell(self._context, f"Backup Manager holds {groups} for more than {self._plan.alert_after} s")


def tell(context: Context, text: str) -> None:
    """Write an event for those who hear of backups."""
    from store import database, event

    at, data = context.now.timestamp(), {"run": context.run_id}
    words = {"type": "alert", "severity": "warning", "sender": context.service.name, "text": text}
    database.write(lambda tx: event.add(tx, at=at, tags=("backup",), data=data, **words))


@service(
    title="Backup Manager",
    family="system",
    profile="core",
    origin="jerasoft",
    schedule=FixedTime(("05:30",)),
    run_groups=GROUPS,
    time_limit=timedelta(hours=2),
    misfire_window=timedelta(hours=2),
    options=BackupPlan,
    proof="real",
    tasks=(Task("Back up, verify, and drop copies past their term", effect="outward"),),
)
def run(context: Context, options: BackupPlan) -> Outcome:
    """Make one backup, copy it off, and only then drop what is past its term."""
    from store.backup import kept, making, off_host

    secret = context.secret(options.key) if options.key else None
    try:
        watch = Watch(context, options, making.estimate(options))
        made = making.make(options, secret, context.now, watch)
    except making.FAILURES as error:
        return Outcome.failed(making.words(error))
    counts = {"bytes": made.size, "rows": made.rows, "attachments": made.attachments, "dropped": 0}
    trouble = ""
    if options.copy_to:
        try:
            counts["dropped"] += off_host.copy_off(options, made, context.secret, watch)
        except off_host.NotCopied as error:
            trouble = f"{made.path.name} is here, but its copy is not made: {error}"
            tell(context, trouble)
    counts["dropped"] += kept.drop_past(options, Path(options.folder), made.path.name)
    return Outcome("partial" if trouble else "done", counts, trouble or made.path.name)
