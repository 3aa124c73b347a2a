"""Ends sessions that are idle or too old, and forgets old sign-in history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from actors import Context, Outcome, Periodic, Task, service
from domain.session_terms import DAY, SessionTerms


def expire(context: Context, terms: SessionTerms) -> Outcome:
    """End sessions that let nobody in any more; forget failed sign-ins that are long over."""
    from store import session_cleaning as cleaning

    now = context.now.timestamp()
    return _counted(
        context,
        ("expired", cleaning.expire(now, terms.batch)),
        ("forgotten_failures", cleaning.forget_failures(now, terms.batch)),
    )


def delete_history(context: Context, terms: SessionTerms) -> Outcome:
    """Delete ended sessions, and access tokens that expired or were revoked, past their terms."""
    from store import session_cleaning as cleaning

    now = context.now.timestamp()
    return _counted(
        context,
        ("sessions", cleaning.delete_sessions(now - terms.keep_sessions_days * DAY, terms.batch)),
        ("tokens", cleaning.delete_tokens(now - terms.keep_tokens_days * DAY, terms.batch)),
    )


def _counted(context: Context, *parts: tuple[str, Iterable[int]]) -> Outcome:
    counts: Counter[str] = Counter()
    for name, batches in parts:
        counts[name] = 0
        for met in batches:
            counts[name] += met
            context.progress(sum(counts.values()))
            if context.stopping():
                return Outcome("partial", counts, "stopped; the next run goes on")
    return Outcome("done", counts)


@service(
    title="SessionsMgtWork",
    family="system",
    profile="core",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=2),
    options=SessionTerms,
    proof="real",
    tasks=(
        Task("Expire sessions", expire),
        Task("Delete session history past its term", delete_history, every=timedelta(days=1)),
    ),
)
def run(context: Context, terms: SessionTerms) -> Outcome:
    """Run the steps that are due."""
    return context.run_steps(terms)
