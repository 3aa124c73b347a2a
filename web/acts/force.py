"""Forcing a run (contract §2, `tickworks run`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from actors.service import Service
from actors.values import ValueProblems, arguments
from coordinator.requested import Refused, Request
from coordinator.requests import request
from node.site import Site
from web.acts.named import usable
from web.acts.refusal import Refusal
from web.acts.sent import write


@dataclass(frozen=True)
class Forced:
    """The runs that stand for a request; `merged`: one like it waited already, and is answered with."""

    service: Service
    run_ids: tuple[int, ...]
    merged: bool


def force(
    site: Site,
    words: str,
    *,
    by: str,
    trigger: str = "manual",
    args: Mapping[str, Any] | None = None,
    node: str | None = None,
    step: str | None = None,
    reason: str | None = None,
    key: str | None = None,
    preempt: bool = False,
    even_if_disabled: bool = False,
) -> Forced:
    """Ask for a run; it is granted at once if nothing stops it.

    `args` may be texts; they are read as what the service declares. `step` is a number or a title.

    Raises Refusal (unknown_service, legacy, off, planned, daemon, not_configured, disabled, bad_argument,
    unknown_step, unknown_node, not_allowed_there, no_node_up, key_used), DatabaseAway.
    """
    service = usable(site, words)
    number = _step(service, step)
    asked = Request(
        service=service.name,
        trigger=trigger,
        by=by,
        args=_arguments(service, args or {}),
        node=node,
        step=number,
        apart=number is not None and service.is_apart(service.tasks[number - 1]),
        reason=reason,
        key=key,
        preempt=preempt,
        even_if_disabled=even_if_disabled,
    )
    try:
        accepted = write(site, lambda tx: request(tx, asked, site.rules, site.clock.now()))
    except Refused as error:
        raise _refusal(error) from None
    return Forced(service, tuple(accepted.run_ids), accepted.merged)


def _refusal(error: Refused) -> Refusal:
    # The catalogue has it, the database does not: nothing was started since it was added.
    if error.code == "unknown_service":
        return Refusal("unknown_here", f"{error}: start a node with it first (`tickworks up`)")
    return Refusal(error.code, str(error))


def _arguments(service: Service, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the service wants them. Raises Refusal (bad_argument)."""
    try:
        return arguments(service, {name: plain_value(value) for name, value in given.items()})
    except ValueProblems as error:
        raise Refusal("bad_argument", f"{service.name}: {error}") from None


def plain_value(value: Any) -> Any:
    """A text that can only be JSON as what it says; the rest is the declared type's to read."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _step(service: Service, words: str | None) -> int | None:
    """The number (1..) of a step given by number or title. Raises Refusal (unknown_step)."""
    if words is None:
        return None
    titles = [task.title for task in service.tasks]
    if words.isascii() and words.isdigit():
        if 1 <= int(words) <= len(titles):
            return int(words)
        have = f"1 to {len(titles)}" if titles else "none"
        raise Refusal("unknown_step", f"{service.title} has no step {words}: it has {have}")
    lower = {title.casefold(): number for number, title in enumerate(titles, 1)}
    if words.casefold() in lower:
        return lower[words.casefold()]
    near = get_close_matches(words.casefold(), lower, n=1, cutoff=0.4)
    advice = f"did you mean {lower[near[0]]} ({titles[lower[near[0]] - 1]})?" if near else "give its number"
    raise Refusal("unknown_step", f"{service.title} has no step {words!r}: {advice}")
