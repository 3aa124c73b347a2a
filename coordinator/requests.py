"""Somebody asks for a run: the request becomes a row, is granted if it may be, and gets a reason if not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coordinator.grants import Rules, RunMessage, grant_pass
from store import change, node
from store.run import cancelled, created, waiting
from store.run.asked import known, twin
from store.tx import Tx

#: How long an idempotency key is remembered, in seconds.
KEY_MEMORY = 86_400.0


class Refused(Exception):
    """The request was refused; `code` is stable, the text says why and what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for. ``trigger`` is manual, api or message; ``by`` names who asked."""

    service: str
    trigger: str
    by: str
    args: Mapping[str, Any] = field(default_factory=dict)
    node: str | None = None
    step: int | None = None
    apart: bool = False  # that step runs beside the service's other runs
    reason: str | None = None
    key: str | None = None
    preempt: bool = False
    even_if_disabled: bool = False


@dataclass(slots=True)
class Accepted:
    """The runs that stand for the request; `merged` where one waited already.

    A key that is known answers as it did the first time.
    """

    run_ids: list[int]
    merged: bool = False
    messages: list[RunMessage] = field(default_factory=list)


def request(tx: Tx, asked: Request, rules: Rules, now: float) -> Accepted:
    """Record a request and grant it if nothing stops it.

    Raises Refused (codes: unknown_service, daemon, not_configured, disabled, unknown_node,
    not_allowed_there, no_node_up, key_used).
    """
    tx.grant_lock()
    if asked.key and (answered := _remembered(tx, asked, now)) is not None:
        return answered
    args, first = created.args_text(asked.args), asked.node or ""
    found = known(tx, asked.service, first, args, asked.step)
    row = found.service
    _check(row, asked)
    assert row is not None
    accepted = Accepted([])
    new_ids = []
    for for_node in _places(tx, row, asked):
        here = for_node == first
        same = found.twin if here else twin(tx, asked.service, for_node, args, asked.step)
        if same is not None:
            accepted.merged = True
            accepted.run_ids.append(same)
            continue
        new_ids.append(_insert(tx, row, asked, for_node, now, found.run_id if here else None))
    accepted.run_ids += new_ids
    if asked.key:
        _remember(tx, asked, accepted, now)
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
    if asked.preempt:
        accepted.messages = _preempt(tx, accepted.run_ids, rules, asked.by, now)
    elif new_ids:
        accepted.messages = grant_pass(tx, rules, now, runs=new_ids).messages
    return accepted


def forget_keys(tx: Tx, now: float) -> int:
    """Drop idempotency keys older than a day; how many."""
    return tx.run("DELETE FROM request_key WHERE at < ?", (now - KEY_MEMORY,))


def _remembered(tx: Tx, asked: Request, now: float) -> Accepted | None:
    row = tx.one("SELECT service, asked, run_ids, merged, at FROM request_key WHERE key = ?", (asked.key,))
    if row is None:
        return None
    known_service, known, run_ids, merged, at = row
    if at < now - KEY_MEMORY:
        tx.run("DELETE FROM request_key WHERE key = ?", (asked.key,))
        return None
    if known_service != asked.service:
        text = f"key {asked.key!r} was used for service {known_service}: use another one"
        raise Refused("key_used", text)
    if known != _digest(asked):
        text = f"key {asked.key!r} was used for another request of {asked.service}: use another one"
        raise Refused("key_used", text)
    return Accepted([int(run_id) for run_id in run_ids.split()], merged=bool(merged))


def _remember(tx: Tx, asked: Request, accepted: Accepted, now: float) -> None:
    tx.run(
        "INSERT INTO request_key (key, service, asked, run_ids, merged, at) VALUES (?, ?, ?, ?, ?, ?)",
        (
            *(asked.key, asked.service, _digest(asked)),
            *(" ".join(map(str, accepted.run_ids)), accepted.merged, now),
        ),
    )


def _digest(asked: Request) -> str:
    """What was asked for, in short; who asked and by which way does not matter."""
    said = (asked.node, asked.step, asked.reason, asked.preempt, asked.even_if_disabled)
    text = json.dumps([created.args_text(asked.args), *said])
    return hashlib.sha256(text.encode()).hexdigest()


def _check(row: dict[str, Any] | None, asked: Request) -> None:
    if row is None or not row["present"]:
        raise Refused("unknown_service", f"no service {asked.service!r} is switched on here")
    title = row["title"]
    if row["kind"] == "daemon":
        raise Refused("daemon", f"{title} is a daemon: it runs always; `tickworks restart {asked.service}`")
    if row["missing"]:
        raise Refused("not_configured", f"{title} is not configured: {row['missing']}")
    if not row["enabled"] and not asked.even_if_disabled:
        raise Refused("disabled", f"{title} is disabled: enable it, or add --even-if-disabled to run it once")


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


def _insert(tx: Tx, row: dict[str, Any], asked: Request, for_node: str, now: float, drawn: int | None) -> int:
    new = created.NewRun(
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
    )
    if drawn is not None:
        created.insert_as(tx, new, drawn)
        return drawn
    (run_id,) = created.insert(tx, [new])
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
