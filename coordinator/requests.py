"""Somebody asks for a run: the request becomes a row, is granted if it may be, and gets a reason if not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from coordinator.grants import RunMessage, grant_pass
from coordinator.look import look_around, words
from coordinator.request_keys import remember, remembered
from coordinator.requested import Accepted, Answers, Refused, Request
from coordinator.world import Rules, Waiter, World
from store import change, node
from store.run import cancelled, created, waiting
from store.run.asked import Known, Wanted, facts_of, known, read_known, twin
from store.tx import Tx


def request(tx: Tx, asked: Request, rules: Rules, now: float) -> Accepted:
    """Record a request and grant it if nothing stops it.

    Raises Refused (codes: unknown_service, daemon, not_configured, disabled, unknown_node,
    not_allowed_there, no_node_up, key_used).
    """
    answers = request_all(tx, [asked], rules, now)
    (answer,) = answers.each
    if isinstance(answer, Refused):
        raise answer
    answer.messages = answers.messages
    return answer


def request_all(tx: Tx, asked: Sequence[Request], rules: Rules, now: float, *, last: bool = False) -> Answers:
    """Record several in the order of asking, each as `request` does, with one look at who may start.

    With ``last`` the caller says nothing more in this transaction.
    """
    tx.grant_lock()
    tx.by_keys()
    new = _New(rules=rules)
    answered, again = _recorded(tx, asked, new, now)
    created.insert_as(tx, new.rows)
    passed = grant_pass(
        tx,
        rules,
        now,
        runs=[waiter.run_id for waiter in new.plain],
        last=last and not new.first and not again,
        looked=(new.world, new.plain) if new.world else None,
    )
    messages = passed.messages
    for by, run_ids in new.first:
        messages += _preempt(tx, run_ids, rules, by, now)
    if again:
        rest = request_all(tx, [asked[place] for place in again], rules, now)
        answered |= dict(zip(again, rest.each, strict=True))
        messages += rest.messages
    return Answers([answered[place] for place in range(len(asked))], messages, passed.full)


def request_behind(tx: Tx, asked: Sequence[Request], now: float) -> Answers:
    """Record several of services whose runs wait for a slot already: they go behind, without a look.

    No request may have a key or preempt. Whoever ends a run may do so meanwhile: after the commit the
    caller looks whether a slot is free (`waiting.any_free`), for which they are not yet seen to wait.
    """
    tx.line_lock()
    new = _New(wait_code="slots")
    answered, _ = _recorded(tx, asked, new, now)
    created.insert_as(tx, new.rows)
    return Answers([answered[place] for place in range(len(asked))], [])


def _recorded(
    tx: Tx, asked: Sequence[Request], new: _New, now: float
) -> tuple[dict[int, Accepted | Refused], list[int]]:
    """By place what can be answered at once, with `new` for what is to be inserted; whose key comes twice."""
    answered, fresh, again = _by_key(tx, asked, now)
    wanted = [_wanted(asked[place], asked[place].node or "") for place in fresh]
    found = _found(tx, wanted, new, now) if fresh else []
    for place, facts in zip(fresh, found, strict=True):
        try:
            answered[place] = _accept(tx, asked[place], facts, new, now)
        except Refused as refused:
            answered[place] = refused
    return answered, again


def _found(tx: Tx, wanted: Sequence[Wanted], new: _New, now: float) -> list[Known]:
    """With it travels the look at what is free, if they are to be granted."""
    if new.rules is None:
        return known(tx, wanted)
    answers, new.world = look_around(tx, new.rules, now, facts_of(tx, wanted))
    return read_known(wanted, answers)


@dataclass(slots=True)
class _New:
    """What a turn has added: rows to insert, and the runs to look at."""

    rules: Rules | None = None  # by which they are granted at once
    wait_code: str | None = None  # of all of them
    world: World | None = None  # as it was before them
    rows: list[tuple[int, created.NewRun]] = field(default_factory=list)
    ids: dict[Wanted, int] = field(default_factory=dict)
    plain: list[Waiter] = field(default_factory=list)
    first: list[tuple[str, list[int]]] = field(default_factory=list)  # who wants which runs to preempt


def _by_key(
    tx: Tx, asked: Sequence[Request], now: float
) -> tuple[dict[int, Accepted | Refused], list[int], list[int]]:
    """By place: answers that are known by their key, requests to look at, and those whose key comes twice."""
    answered: dict[int, Accepted | Refused] = {}
    fresh, again, keys = [], [], set()
    for place, one in enumerate(asked):
        if one.key and one.key in keys:
            again.append(place)
            continue
        try:
            before: Accepted | Refused | None = remembered(tx, one, now) if one.key else None
        except Refused as refused:
            before = refused
        if before is None:
            fresh.append(place)
        else:
            answered[place] = before
        keys.add(one.key)
    return answered, fresh, again


def _wanted(asked: Request, for_node: str) -> Wanted:
    return Wanted(asked.service, for_node, created.args_text(asked.args), asked.step)


def _accept(tx: Tx, asked: Request, found: Known, new: _New, now: float) -> Accepted:
    row = found.service
    _check(row, asked)
    assert row is not None
    first = _wanted(asked, asked.node or "")
    accepted = Accepted([])
    added = []
    for for_node in _places(tx, row, asked):
        wanted = replace(first, for_node=for_node)
        same = new.ids.get(wanted) or (found.twin if wanted == first else twin(tx, wanted))
        if same is not None:
            accepted.merged = True
            accepted.run_ids.append(same)
            continue
        drawn = found.run_id if wanted == first else None
        run = _new_run(row, asked, for_node, new.wait_code, now)
        run_id = new.ids[wanted] = _add(tx, run, new, drawn)
        added.append(_waiter(row, run, run_id))
    accepted.run_ids += [waiter.run_id for waiter in added]
    if asked.preempt:
        new.first.append((asked.by, accepted.run_ids))
    else:
        new.plain += added
    _note(tx, asked, row, accepted, now)
    return accepted


def _note(tx: Tx, asked: Request, row: dict[str, Any], accepted: Accepted, now: float) -> None:
    if asked.key:
        remember(tx, asked, accepted, now)
    if asked.even_if_disabled and not row["enabled"]:
        change.record(
            tx,
            actor=asked.by,
            action="run although disabled",
            target=f"service {asked.service}",
            now=now,
            after={"runs": accepted.run_ids},
            reason=asked.reason,
        )


def _check(row: dict[str, Any] | None, asked: Request) -> None:
    if row is None or not row["present"]:
        raise Refused("unknown_service", f"no service {asked.service!r} is switched on here")
    title = row["title"]
    if row["kind"] == "daemon":
        raise Refused("daemon", f"{title} is a daemon: it runs always; `tickworks restart {asked.service}`")
    if row["missing"]:
        raise Refused("not_configured", f"{title} is not configured: {row['missing']}")
    if not row["enabled"] and not asked.even_if_disabled:
        command = f"`tickworks run {asked.service} --even-if-disabled`"
        raise Refused("disabled", f"{title} is disabled: enable it, or run it once all the same: {command}")


def _places(tx: Tx, row: dict[str, Any], asked: Request) -> list[str]:
    """The nodes the request is bound to; [""] for a service that may run anywhere."""
    roles = set(row["roles"].split())
    if asked.node is not None:
        found = node.one(tx, asked.node)
        if found is None:
            raise Refused("unknown_node", f"no node {asked.node!r}: `tickworks nodes` lists them")
        if roles.isdisjoint(found["roles"].split()):
            allowed = " or ".join(sorted(roles))
            text = f"{row['title']} needs role {allowed}, which {asked.node} has not"
            raise Refused("not_allowed_there", text)
        return [asked.node]
    if row["instances"] != "each":
        return [""]
    up = [
        found["name"]
        for found in node.rows(tx)
        if found["state"] == "up" and not roles.isdisjoint(found["roles"].split())
    ]
    if not up:
        wanted = " or ".join(sorted(roles))
        raise Refused("no_node_up", f"no node with role {wanted} is up to run {row['title']}")
    return up


def _new_run(
    row: dict[str, Any], asked: Request, for_node: str, wait_code: str | None, now: float
) -> created.NewRun:
    return created.NewRun(
        service=asked.service,
        for_node=for_node,
        trigger=asked.trigger,
        requested_at=now,
        queued_at=now,
        requested_by=asked.by,
        request_reason=asked.reason,
        priority=row["priority"],
        preempt=asked.preempt,
        roles=row["roles"],
        run_groups=row["run_groups"],
        args=asked.args,
        step=asked.step,
        apart=asked.apart,
        wait_code=wait_code,
    )


def _waiter(row: dict[str, Any], run: created.NewRun, run_id: int) -> Waiter:
    """The run as the line has it; its row need not be read back."""
    paused_until = row["paused_until"]
    return Waiter(
        run_id=run_id,
        service=run.service,
        title=row["title"],
        for_node=run.for_node,
        roles=words(run.roles),
        groups=tuple(run.run_groups.split()),
        priority=run.priority,
        queued_at=run.queued_at,
        preempt=run.preempt,
        paused=row["paused_at"] is not None and (paused_until is None or paused_until > run.queued_at),
        parallel=row["parallel"],
        limit_node=run.for_node if row["instances"] == "each" else "",
        apart=run.apart,
        noted=(run.wait_code, None, None),
    )


def _add(tx: Tx, run: created.NewRun, new: _New, drawn: int | None) -> int:
    if drawn is not None:
        new.rows.append((drawn, run))
        return drawn
    (run_id,) = created.insert(tx, [run])
    assert run_id is not None
    return run_id


def _preempt(tx: Tx, run_ids: list[int], rules: Rules, by: str, now: float) -> list[RunMessage]:
    """Grant these runs, and ask those who stand in their way to stop; their end is awaited like any other.

    One that could not start anyway (paused, no node, no free slot) stops nobody.
    """
    waiting.set_first(tx, run_ids)
    messages = grant_pass(tx, rules, now).messages
    holders = waiting.in_the_way(tx, run_ids)
    met = cancelled.cancel(tx, sorted(holders - set(run_ids)), by=f"{by} (preempted)", now=now)
    return messages + grant_pass(tx, rules, now).messages if met.ended else messages
