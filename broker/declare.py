"""Declares every service as a dramatiq actor of its own name, ready for periodiq.

Services stay plain functions; the actor only leads a claimed run to the runner. A native dramatiq
message without a claim is somebody's wish for a run, and becomes a request like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import dramatiq
from dramatiq import Middleware

from actors import Service
from broker.publish import HINT_ACTOR, LOOK_AGAIN_ACTOR
from broker.queues import COORDINATOR, REQUESTS, node_queue
from schedules.beat import StoredSpec
from store.run.claimed import ClaimedRun

Execute = Callable[[ClaimedRun], None]
Ask = Callable[[str, dict[str, Any]], None]
Help = Callable[[Mapping[str, Any]], object]


class PeriodicOption(Middleware):
    """Lets actors carry periodiq's ``periodic`` option; periodiq's own middleware skips late runs."""

    @property
    def actor_options(self) -> set[str]:
        return {"periodic"}


def declare(
    broker: Any, services: Iterable[Service], execute: Execute, ask: Ask
) -> dict[str, dramatiq.Actor[Any, Any]]:
    """Declare an actor for each service that can run; by name.

    ``execute`` runs what was claimed, ``ask`` makes a request of a message that was not.
    """
    return {
        service.name: _actor(broker, service.name, execute, ask)
        for service in services
        if not (service.planned or service.legacy)
    }


def _actor(broker: Any, name: str, execute: Execute, ask: Ask) -> dramatiq.Actor[Any, Any]:
    def start(*args: Any, claimed: ClaimedRun | None = None, **kwargs: Any) -> None:
        if claimed is not None:
            execute(claimed)
        else:
            ask(name, {"args": args, **kwargs} if args else kwargs)

    return dramatiq.actor(broker=broker, actor_name=name, queue_name=REQUESTS, periodic=StoredSpec(name))(
        start
    )


def declare_look_again(broker: Any, work: Callable[[], None]) -> None:
    """Declare the coordinator's actor: its message only says "look again"."""
    dramatiq.actor(broker=broker, actor_name=LOOK_AGAIN_ACTOR, queue_name=COORDINATOR)(work)


def declare_hints(broker: Any, node: str, helpers: Mapping[str, Help]) -> None:
    """Declare the actor of `Context.hint`. `helpers`: by service; a hint for another one is passed over."""

    def hint(service: str = "", words: Mapping[str, Any] | None = None) -> None:
        if service in helpers:
            helpers[service](words or {})

    dramatiq.actor(broker=broker, actor_name=HINT_ACTOR, queue_name=node_queue(node))(hint)
