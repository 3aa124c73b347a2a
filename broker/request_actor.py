"""Runs that are asked for by message: any AMQP client may send plain JSON (contract §4)."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dramatiq

from actors.catalogue import Catalogue, UnknownService
from actors.values import ValueProblems, arguments
from broker import callers
from broker.errors import NotNow, Rejected
from broker.queues import REQUEST_ACTOR, REQUESTS
from broker.together import Together
from coordinator.grants import Rules, RunMessage
from coordinator.requested import Accepted, Refused, Request
from coordinator.requests import request_all
from store import database
from store import service as stored
from store.errors import DatabaseAway

#: What a plain JSON request may hold.
KEYS = {"service", "args", "reason", "key"}
NATIVE_KEYS = {"queue_name", "actor_name", "args", "kwargs", "options", "message_id", "message_timestamp"}


class Requests:
    """Makes requests of messages and publishes what is granted at once; those that come together share it."""

    def __init__(
        self,
        catalogue: Catalogue,
        rules: Rules,
        now: Callable[[], float],
        publish: Callable[[list[RunMessage]], Any],
        together: type[Together[Request, Accepted | Refused]] = Together,
    ) -> None:
        self._catalogue = catalogue
        self._rules = rules
        self._now = now
        self._publish = publish
        self._together = together(self._record)

    def declare(self, broker: Any) -> None:
        """Declare the actor of the request queue."""
        dramatiq.actor(broker=broker, actor_name=REQUEST_ACTOR, queue_name=REQUESTS)(self.receive)

    def close(self) -> None:
        """Nothing comes any more."""
        self._together.close()

    def receive(
        self, routing_key: str, body: str, message_id: str | None = None, traceparent: str | None = None
    ) -> None:
        """One message of the request queue; `traceparent` is its sender's own trace.

        Raises Rejected with a reason for the sender, NotNow while the database is away.
        """
        name, args, reason, key = parse(routing_key, body)
        self.ask(name, args, reason=reason, key=key, traceparent=traceparent)

    def ask(
        self,
        name: str,
        args: Mapping[str, Any],
        reason: str | None = None,
        key: str | None = None,
        traceparent: str | None = None,
    ) -> Accepted:
        """Record the request of a message."""
        name, checked = self._checked(name, args)
        asked = Request(service=name, trigger="message", by="message", args=checked, reason=reason, key=key)
        try:
            accepted = self._together.do(asked)
        except DatabaseAway as error:
            raise NotNow(str(error)) from None
        if isinstance(accepted, Refused):
            raise Rejected(str(accepted))
        callers.link(traceparent, accepted.run_ids, service=name, trigger="message", at=self._now())
        return accepted

    def _record(self, asked: Sequence[Request]) -> list[Accepted | Refused]:
        answers = database.write(lambda tx: request_all(tx, asked, self._rules, self._now(), last=True))
        self._publish(answers.messages)
        return answers.each

    def _checked(self, name: str, args: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The service's own name, and its arguments as they are kept."""
        try:
            service = self._catalogue.get(name)
        except UnknownService as error:
            if _of_other_nodes(name):
                return name, dict(args)  # checked by the node that runs it
            raise Rejected(str(error)) from None
        if service.planned or service.legacy:
            raise Rejected(f"{service.title} is {'planned' if service.planned else 'legacy'}: it cannot run")
        try:
            return service.name, arguments(service, args)
        except ValueProblems as error:
            raise Rejected(f"{service.name}: {error}") from None


def _of_other_nodes(name: str) -> bool:
    """Whether the site has this service, though it is not of our catalogue: another node's release has it."""
    try:
        row = stored.one(database.read(), name)
    except DatabaseAway as error:
        raise NotNow(str(error)) from None
    return row is not None and bool(row["present"])


def parse(routing_key: str, body: str) -> tuple[str, dict[str, Any], str | None, str | None]:
    """(service, args, reason, key) of a request in any of its forms.

    Raises Rejected saying what was expected.
    """
    by_key = routing_key.removeprefix("run.") if routing_key.startswith("run.") else ""
    if not body.strip():
        if not by_key:
            raise Rejected("the body is empty and the routing key is not run.<service>: name a service")
        return by_key, {}, None, None
    fields = _fields(body)
    if "actor_name" in fields:
        return _native(fields)
    if unknown := sorted(set(fields) - KEYS):
        raise Rejected(f"unknown key {unknown[0][:100]!r}: a request has {', '.join(sorted(KEYS))}")
    name = fields.get("service", by_key)
    if not isinstance(name, str) or not name:
        raise Rejected('expected {"service": "name", ...} or the routing key run.<service>')
    if by_key and name != by_key:
        raise Rejected(f"the routing key says {by_key[:100]!r}, the body {name[:100]!r}: send one of them")
    args = fields.get("args", {})
    if not isinstance(args, dict):
        raise Rejected(f"args: expected an object, got {type(args).__name__}")
    for word in ("reason", "key"):
        value = "" if fields.get(word) is None else fields[word]
        if not isinstance(value, str) or len(value) > 500 or "\x00" in value:
            raise Rejected(f"{word}: expected a text of at most 500 characters without NUL")
    return name, args, fields.get("reason"), fields.get("key")


def _fields(body: str) -> dict[str, Any]:
    try:
        fields = json.loads(body, parse_constant=_not_json, parse_float=_finite)
        json.dumps(fields, ensure_ascii=False).encode()  # half a character can be read, but never kept
    except UnicodeEncodeError:
        raise Rejected("the body has half of a surrogate pair: send whole characters") from None
    except (ValueError, RecursionError) as error:
        raise Rejected(f"the body is not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise Rejected(f"the body is not a request: expected a JSON object, got {type(fields).__name__}")
    return fields


def _not_json(word: str) -> float:
    raise ValueError(f"{word} is not a JSON value")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:30]} is too large")
    return number


def _native(fields: Mapping[str, Any]) -> tuple[str, dict[str, Any], str | None, str | None]:
    """A native dramatiq message for a service's actor."""
    if unknown := sorted(set(fields) - NATIVE_KEYS):
        raise Rejected(f"unknown field {unknown[0][:100]!r} in a dramatiq message")
    kwargs = fields.get("kwargs", {})
    if not isinstance(fields["actor_name"], str) or not isinstance(kwargs, dict):
        raise Rejected("actor_name must be a text and kwargs an object")
    if fields.get("args"):
        raise Rejected("args must be empty: a service takes named arguments, in kwargs")
    return fields["actor_name"], kwargs, None, None
