"""The end of a run, and who goes next: release, end state and hand-over in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from coordinator.grants import FIRST_LOOK, Here, Pass, RunMessage, grant_pass
from coordinator.look import Looked, look_with
from coordinator.world import Rules
from store.run import waiting
from store.run.claimed import ClaimedRun
from store.run.ended import (
    Ended,
    Ending,
    all_succeeded,
    all_succeeding,
    end,
    end_all,
    succeeded,
    succeeding,
)
from store.tx import Tx


@dataclass(slots=True)
class Finished:
    """What the end of an attempt led to."""

    ended: Ended | None  # None: it was not ours to end any more
    next: ClaimedRun | None = None  # claimed for this thread
    messages: list[RunMessage] = field(default_factory=list)  # to publish after the commit


def finish_grouped(
    tx: Tx,
    ending: Ending,
    rules: Rules,
    here: Here | None,
    now: float | None = None,
    *,
    groups: Sequence[str] = (),
    last: bool = False,
) -> Finished:
    """End a run that holds groups and grant those who waited for them.

    With ``here`` the first of them that this process can execute is claimed for it. ``now`` is the
    moment of the grants, if it is not that of the end: an outage may lie between the two. With
    ``groups``, which it holds as far as the caller knows, the look at the line travels with a good end.
    With ``last`` the caller says nothing more in this transaction.
    """
    now = ending.at if now is None else now
    tx.hand_over_lock()
    tx.by_keys()
    looked = None
    if groups and ending.ended == "succeeded":
        scope = waiting.of_groups(tx.dialect, groups, now, rules.age_step, FIRST_LOOK)
        answers, looked = look_with(tx, rules, now, scope, succeeding(ending))
        finished = Finished(succeeded(tx, ending, answers[0]))
    else:
        finished = Finished(end(tx, ending))
    if finished.ended is None:
        return finished
    if finished.ended.groups != tuple(groups):
        looked = None
    passed = grant_pass(
        tx,
        rules,
        now,
        groups=finished.ended.groups,
        here=here,
        last=last and here is not None,
        looked=looked,
    )
    finished.messages += passed.messages
    if not passed.taken and not passed.closed and waiting.any_waiting(tx):
        passed = grant_pass(tx, rules, now, here=here or NOBODY)
        finished.messages += passed.messages
    finished.next = passed.taken[0] if passed.taken else None
    return finished


def finish_singles(tx: Tx, endings: Sequence[Ending]) -> list[Finished]:
    """End runs without groups; it never takes the grant lock. The caller then looks for waiters."""
    return [Finished(ended) for ended in end_all(tx, endings)]


def finish_and_look(
    tx: Tx, endings: Sequence[Ending], rules: Rules, now: float
) -> tuple[list[Finished], Looked | None]:
    """The same while somebody waits: the look for `next_for` travels with it, if all have succeeded."""
    tx.hand_over_lock()
    tx.by_keys()
    if any(each.ended != "succeeded" for each in endings):
        return finish_singles(tx, endings), None
    scope = waiting.first_in_line(tx.dialect, now, rules.age_step, FIRST_LOOK)
    answers, looked = look_with(tx, rules, now, scope, [all_succeeding(tx, endings)])
    return [Finished(ended) for ended in all_succeeded(tx, endings, answers[0])], looked


def next_for(
    tx: Tx, rules: Rules, here: Here, now: float, take: int = 1, looked: Looked | None = None
) -> Pass:
    """Grant the first in line what is free now; up to `take` of them to this process.

    The caller says nothing more in this transaction. ``looked``: the look that travelled with the ends.
    """
    tx.hand_over_lock()
    return grant_pass(tx, rules, now, here=here, take=take, last=True, looked=looked)


#: Stands for "look at the first in line, but take nothing".
NOBODY = Here(process_id=-1, node="", roles=frozenset(), services=frozenset())
