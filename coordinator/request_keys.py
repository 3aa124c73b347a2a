"""Idempotency keys: a request that comes again under its key is answered as the first time."""

from __future__ import annotations

import hashlib
import json

from coordinator.requested import Accepted, Refused, Request
from store.run import created
from store.tx import Tx

#: How long an idempotency key is remembered, in seconds.
KEY_MEMORY = 86_400.0


def forget_keys(tx: Tx, now: float) -> int:
    """Drop idempotency keys older than a day; how many."""
    return tx.run("DELETE FROM request_key WHERE at < ?", (now - KEY_MEMORY,))


def remembered(tx: Tx, asked: Request, now: float) -> Accepted | None:
    """What this key was answered the first time; None if it is new. Raises Refused (key_used)."""
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


def remember(tx: Tx, asked: Request, accepted: Accepted, now: float) -> None:
    """Keep the answer; it travels with what is said next."""
    tx.later(
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
