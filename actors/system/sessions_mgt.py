"""Ends sessions that are idle or too old, and forgets old sign-in history."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain

from actors import Context, Outcome, Periodic, Task, service
from domain.session_terms import SessionTerms


def expire(context: Context, terms: SessionTerms) -> Outcome:
    """End sessions that let nobody in any more; forget failed sign-ins that are long over."""
    from actors.shapes.retention import retain
    from store import session_cleaning as cleaning

    now = context.now.timestamp()
    parts = cleaning.expire(now, terms.batch), cleaning.forget_failures(now, terms.batch)
    return retain(context, chain([("expired", 0), ("forgotten_failures", 0)], *parts))


def delete_history(context: Context, terms: SessionTerms) -> Outcome:
    """Delete ended sessions, and access tokens that expired or were revoked, past their terms."""
    from actors.shapes.retention import before, retain
    from store import session_cleaning as cleaning
    from store.retention import delete

    sessions = delete(cleaning.OLD_SESSIONS, before(context, terms.keep_sessions_days), terms.batch)
    tokens = delete(cleaning.OLD_TOKENS, before(context, terms.keep_tokens_days), terms.batch)
    return retain(context, chain([("sessions", 0), ("tokens", 0)], sessions, tokens))


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
