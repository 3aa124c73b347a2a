"""Deletes old events, finished runs and other records past their term, in small batches.

It runs on every node, because each keeps files of its own; the records are cleaned by whichever
node comes first.
"""

from __future__ import annotations

from datetime import timedelta

from actors import ALL_ROLES, Context, FixedTime, Outcome, Task, service
from domain.retention import Retention


def clean_records(context: Context, options: Retention) -> Outcome:
    """Delete from the shared tables, unless another node is doing so."""
    from actors.shapes.retention import retain
    from store import database, history

    start = context.now.timestamp()
    if holder := database.write(lambda tx: history.claim(tx, context.fence, start)):
        return Outcome.done(f"the records are being cleaned by {holder}")
    terms = options.terms(start)
    total = history.past_term(database.read(), terms)
    parts = history.clean(terms, options.batch)
    return retain(context, parts, longest=options.longest, total=("runs", total))


def cut_logs(context: Context, options: Retention) -> Outcome:
    """Keep the log files of this node below their size together."""
    from backends import log_folder

    cut = log_folder.cut(context.log_folder, options.keep_log_mb * 2**20, context.stopping)
    counts = {"log_files": cut.files, "log_bytes": cut.bytes}
    if cut.refused:
        return Outcome("partial", counts, f"log files that cannot be cut: {'; '.join(cut.refused)}")
    return Outcome("done", counts)


@service(
    title="Cleaner",
    family="system",
    profile="core",
    origin="jerasoft",
    schedule=FixedTime(("01:20",)),
    roles=ALL_ROLES,
    instances="each",
    time_limit=timedelta(minutes=18),
    options=Retention,
    proof="real",
    tasks=(
        Task("Delete events log messages and other records past their term", clean_records),
        Task("Cut the node's log files to their size, oldest lines first", cut_logs),
    ),
)
def run(context: Context, options: Retention) -> Outcome:
    """Run the steps that are due."""
    return context.run_steps(options)
