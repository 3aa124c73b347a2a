"""What a step finds wrong in directories, for the alerts and for the run's own message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from actors.context import Context
from actors.outcome import Outcome, OutcomeKind
from store.problem import Problem
from store.problem import publish as published

#: So many are named in a run's message.
NAMED = 3


def publish(context: Context, source: str, found: Sequence[Problem], asked: Collection[str]) -> None:
    """Write what is wrong now in the directories that were `asked`; of the others nothing is known."""
    from store import database

    now = context.now.timestamp()

    def work(tx: Any) -> None:
        for name in asked:
            mine = [each for each in found if each.object.partition(" ")[2].startswith(f"{name}/")]
            published(tx, f"{source}:{name}", mine, now)

    database.write(work)


def told(outcome: Outcome, found: Sequence[Problem]) -> Outcome:
    """The outcome with what is wrong; ``partial`` if anything is."""
    if not found:
        return outcome
    texts = [f"{each.object.partition(' ')[2]}: {each.text}" for each in found[:NAMED]]
    more = [f"and {len(found) - NAMED} more"] if len(found) > NAMED else []
    kind: OutcomeKind = "failed" if outcome.kind == "failed" else "partial"
    return Outcome(kind, outcome.counts, "; ".join(filter(None, (*texts, *more, outcome.message))))
