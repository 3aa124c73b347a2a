"""A run asks for a run of one of its steps alone: what reaches outside must not delay what is prompt."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from coordinator.grants import RunMessage, grant_pass
from coordinator.world import Rules
from store.run import apart, created, step
from store.tx import Tx


@dataclass(slots=True)
class Apart:
    """`run_id` carries the step out; publish the messages after the commit."""

    run_id: int
    messages: list[RunMessage] = field(default_factory=list)


def ask_apart(
    tx: Tx, run_id: int, fence: int, number: int, title: str, rules: Rules, now: float
) -> Apart | None:
    """Let a run of its own carry out step `number` (1..) of a run; one that has it in hand stands for it.

    None where the asking attempt is not in force any more: it changes nothing.
    """
    tx.grant_lock()
    asking = apart.asker(tx, run_id, fence)
    if asking is None:
        return None
    known = apart.carrying_out(tx, asking, number)
    if known is not None:
        step.hand_over(tx, run_id, number, title, known, now)
        return Apart(known)
    (made,) = created.insert(tx, [apart.new_run(asking, number, json.loads(asking.args), now)])
    assert made is not None
    step.hand_over(tx, run_id, number, title, made, now)
    return Apart(made, grant_pass(tx, rules, now, runs=[made]).messages)
