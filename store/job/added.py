"""A new job, once for each key."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from store.tx import Tx


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be done, for whom, and to what. `args` are checked by whoever makes the order.

    `own_key`: the name that the far side is told. It must never come again, not even from a restored copy.
    """

    kind: str
    organisation: str
    backend: str
    object: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    priority: int | None = None
    deletion: bool = False
    held_reason: str | None = None
    own_key: str = field(default_factory=lambda: uuid4().hex)
    by: str


@dataclass(frozen=True)
class Added:
    """The job that stands for an order; `new` is False when its key had brought it before."""

    id: int
    new: bool


class KeyUsed(ValueError):
    """The key belongs to a job that asks for something else."""


#: A secret has another name in each job, so that a key does not tell one password from another.
_SECRET = re.compile(r"vault:job\.[0-9a-f]{32}")
_WHAT = ("kind", "organisation", "object", "args")

_INSERT = """
    INSERT INTO job (kind, organisation, backend, object, args, key, own_key, priority, deletion,
                     state, held_reason, added_at, added_by)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id"""


def add(tx: Tx, order: Order, now: float) -> Added:
    """Put a job at the end of its lane; with a key that was used for the same, that job again.

    Raises KeyUsed when the key was used for something else.
    """
    args = json.dumps(dict(order.args), sort_keys=True)
    state = "queued" if order.held_reason is None else "held"
    row = tx.one(
        _INSERT,
        (
            *(order.kind, order.organisation, order.backend, order.object, args, order.key, order.own_key),
            *(order.priority, order.deletion, state, order.held_reason, now, order.by),
        ),
    )
    if row is not None:
        return Added(int(row[0]), new=True)
    asked = (order.kind, order.organisation, order.object, args)
    job_id, *first = tx.all(f"SELECT id, {', '.join(_WHAT)} FROM job WHERE key = ?", (order.key,))[0]
    pairs = zip(_WHAT, map(_without_secret, first), map(_without_secret, asked), strict=True)
    differs = [what for what, old, new in pairs if old != new]
    if differs:
        raise KeyUsed(
            f"the key {order.key} was used for job {job_id}, which differs in {', '.join(differs)}: "
            "give this one a key of its own"
        )
    return Added(int(job_id), new=False)


def secret_of(own_key: str) -> str:
    """The name of what is sealed for the job of this key."""
    return f"job.{own_key}"


def _without_secret(text: str) -> str:
    return _SECRET.sub("vault:job", text)
