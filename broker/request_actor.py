"""Runs that are asked for by message: any AMQP client may send plain JSON (contract §4)."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dramatiq
from dramatiq import Message

from actors.catalogue import Catalogue, UnknownService
from actors.values import ValueProblems, arguments
from broker import callers
from broker.errors import NotNow, Rejected
from broker.publish import Telling
from broker.queues import REQUEST_ACTOR, REQUESTS
from broker.together import Failed, Together, answers_of
from coordinator.ends import NOBODY
from coordinator.grants import Pass, grant_pass
from coordinator.requested import Accepted, Refused, Request
from coordinator.requests import request_all, request_behind
from coordinator.world import Rules
from store import database
from store import service as stored
from store.errors import DatabaseAway, DatabaseError
from store.run import waiting
from store.tx import Tx

#: What a plain JSON request may hold.
KEYS = {"service", "args", "reason", "key"}
NATIVE_KEYS = {"queue_name", "actor_name", "args", "kwargs", "options", "message_id", "message_timestamp"}


@dataclass(frozen=True, slots=True)
class _Read:
    """A request as its message says it, and its sender's own trace."""

    request: Request
    traceparent: str | None


class Requests:
    """Makes requests of messages and publishes what is granted at once; those that come together share it."""

    def __init__(
        self,
        catalogue: Catalogue,
        rules: Rules,
        now: Callable[[], float],
        publisher: Telling,
    ) -> None:
        self._catalogue = catalogue
        self._rules = rules
        self._now = now
        self._publisher = publisher
        self._together: Together[_Read, Accepted | Refused] = Together(self._record)
        self._full: frozenset[str] = frozenset()  # services that waited for a slot at the last look

    def declare(self, broker: Any) -> None:
        """Declare the actor of the request queue."""
        dramatiq.actor(broker=broker, actor_name=REQUEST_ACTOR, queue_name=REQUESTS)(self.receive)

    def take(self, messages: Sequence[Message[Any]]) -> list[Exception | None]:
        """Record what messages of the request queue ask for; of each what is wrong with it.

        Rejected has a reason for the sender; NotNow stands for a database that is away.
        """
        told: list[Exception | None] = [None] * len(messages)
        read = {}
        for place, message in enumerate(messages):
            try:
                read[place] = self._read(**message.kwargs)
            except Exception as error:
                told[place] = error
        answers = answers_of(self._record, list(read.values())) if read else []
        for place, answer in zip(read, answers, strict=True):
            told[place] = _wrong_with(answer)
        return told

    def receive(
        self, routing_key: str, body: str, message_id: str | None = None, traceparent: str | None = None
    ) -> None:
        """One message of the request queue, as `take` does. Raises what is wrong with it."""
        self._ask(self._read(routing_key, body, message_id, traceparent))

    def ask(self, name: str, args: Mapping[str, Any]) -> None:
        """Record the request of a native message. Raises as `receive`."""
        self._ask(self._checked(name, args))

    def _ask(self, read: _Read) -> None:
        try:
            answer: Accepted | Refused | Failed = self._together.do(read)
        except Exception as error:
            answer = Failed(error)
        if (wrong := _wrong_with(answer)) is not None:
            raise wrong from None

    def _read(
        self, routing_key: str, body: str, message_id: str | None = None, traceparent: str | None = None
    ) -> _Read:
        name, args, reason, key = parse(routing_key, body)
        return self._checked(name, args, reason, key, traceparent)

    def _record(self, read: Sequence[_Read]) -> list[Accepted | Refused]:
        asked = [one.request for one in read]
        if all(one.service in self._full and not one.key and not one.preempt for one in asked):
            answers = database.write(lambda tx: request_behind(tx, asked, self._now()))
            self._look_if_free()
        else:
            answers = self._publisher.write(
                lambda tx: request_all(tx, asked, self._rules, self._now(), last=True)
            )
            self._full = answers.full
        for one, answer in zip(read, answers.each, strict=True):
            if isinstance(answer, Accepted):
                name = one.request.service
                callers.link(one.traceparent, answer.run_ids, service=name, trigger="message", at=self._now())
        return answers.each

    def _look_if_free(self) -> None:
        """A slot that was freed while these were recorded is theirs, if it is nobody's before them."""
        try:
            if waiting.any_free(database.read()):
                self._full = self._publisher.write(self._first_in_line).full
        except DatabaseError:  # they are recorded: the sweep looks at them too
            self._full = frozenset()

    def _first_in_line(self, tx: Tx) -> Pass:
        tx.hand_over_lock()
        return grant_pass(tx, self._rules, self._now(), here=NOBODY)

    def _checked(
        self,
        name: str,
        args: Mapping[str, Any],
        reason: str | None = None,
        key: str | None = None,
        traceparent: str | None = None,
    ) -> _Read:
        """The request under the service's own name, with its arguments as they are kept."""
        name, kept = self._known(name, args)
        asked = Request(service=name, trigger="message", by="message", args=kept, reason=reason, key=key)
        return _Read(asked, traceparent)

    def _known(self, name: str, args: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
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


def _wrong_with(answer: Accepted | Refused | Failed) -> Exception | None:
    if isinstance(answer, Refused):
        return Rejected(str(answer))
    if isinstance(answer, Failed):
        error = answer.error
        if isinstance(error, DatabaseAway):
            return NotNow(str(error))
        if not isinstance(error, Exception):
            raise error
        return error
    return None


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
