"""From the bytes of a queue to a message an actor can take, or a reason why not.

Whatever stands in a body, a worker thread must survive it: dramatiq's own decoding lets a
foreign ``queue_name`` and a malformed ``throws`` option kill the thread (dramatiq 2.2.1,
``WorkerThread.process_message``), so the checks here are stricter and options are dropped.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from dramatiq import Message

from broker.errors import Rejected
from broker.queues import REQUEST_ACTOR, REQUESTS

LARGEST_BODY = 1 << 20

_SHAPE: dict[str, type] = {
    "queue_name": str,
    "actor_name": str,
    "args": list,
    "kwargs": dict,
    "options": dict,
    "message_id": str,
    "message_timestamp": int,
}
_MAY_BE_ABSENT = {"message_id", "message_timestamp"}
_FIELDS = {field.name for field in dataclasses.fields(Message)}


@dataclass(frozen=True, eq=False)
class Raw:
    """A message as it lay in its queue; `receipt` is how its broker knows it again."""

    queue: str
    body: bytes
    receipt: Any
    redelivered: bool = False
    routing_key: str = ""
    message_id: str | None = None
    traceparent: str | None = None  # the sender's own trace, from the message's headers


def decode(raw: Raw, actors: Container[str]) -> Message[Any]:
    """The message in `raw`, for one of `actors`.

    On the request queue anything readable goes to the request actor, which knows its forms;
    everywhere else it must be a dramatiq message for this queue and a declared actor.

    Raises Rejected with the reason.
    """
    if len(raw.body) > LARGEST_BODY:
        raise Rejected(f"the body has {len(raw.body)} bytes, more than {LARGEST_BODY}")
    text = _text(raw.body)
    message = _request(raw, text) if raw.queue == REQUESTS else _native(raw, text)
    if message.actor_name not in actors:
        raise Rejected(f"no actor named {message.actor_name[:100]!r} is declared here")
    return message


def is_run(message: Message[Any]) -> bool:
    """True for a granted run: its kwargs have a run id and a fence, both whole numbers."""
    return type(message.kwargs.get("run")) is int and type(message.kwargs.get("fence")) is int


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Rejected(f"the body is not UTF-8 text: {error.reason} at byte {error.start}") from None


def _request(raw: Raw, text: str) -> Message[Any]:
    asked = {"routing_key": raw.routing_key, "body": text, "message_id": raw.message_id}
    if raw.traceparent is not None:
        asked["traceparent"] = raw.traceparent
    return Message(queue_name=raw.queue, actor_name=REQUEST_ACTOR, args=(), kwargs=asked, options={})


def _native(raw: Raw, text: str) -> Message[Any]:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Rejected(f"the body is not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise Rejected("the body is not a dramatiq message: expected a JSON object")
    if unknown := sorted(set(fields) - _FIELDS):
        raise Rejected(f"the body is not a dramatiq message: unknown field {unknown[0][:100]!r}")
    for name, kind in _SHAPE.items():
        if name not in fields and name in _MAY_BE_ABSENT:
            continue
        if type(fields.get(name)) is not kind:
            raise Rejected(f"the body is not a dramatiq message: {name} must be of type {kind.__name__}")
    if fields["queue_name"] != raw.queue:
        raise Rejected(f"queue_name is {fields['queue_name'][:100]!r}, but the message lay in {raw.queue!r}")
    return Message(**{**fields, "args": tuple(fields["args"]), "options": {}})
