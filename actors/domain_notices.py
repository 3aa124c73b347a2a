"""What owners of domains are told before it is too late: a domain is not verified, or it expires."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from actors.shapes.due_sweep import DueDate
from domain.dns.names import for_people
from domain.dns.verification import record_name


def unverified() -> Iterator[DueDate]:
    """The active domains whose token was not found yet, due when they are given up."""
    for domain, state, to in _known():
        if state["token_at"] is None or state["verified_at"] is not None:
            continue
        name, until = for_people(domain["name"]), state["verify_until"]
        text = (
            f"The domain {name} is not verified yet.\n\n"
            f"Please publish this TXT record at its name servers until {_day(until)} (UTC):\n\n"
            f'    {record_name(domain["name"])}.  TXT  "{state["token"]}"\n\n'
            f"{_last_look(state)}"
        )
        what = f"{name} is still to be verified"
        yield DueDate(
            f"unverified:{domain['id']}:{state['token_at']:.0f}",
            until,
            to,
            what,
            _safe(text),
            domain["organisation"],
        )


def expiring() -> Iterator[DueDate]:
    """The active domains whose registrar says when they expire."""
    for domain, state, to in _known():
        if state["expires_at"] is None or state["registrar_id"] != domain["registrar_id"]:
            continue
        name, renews = for_people(domain["name"]), state["auto_renew"]
        how = {
            True: "The registrar renews it by itself.",
            False: "It is not renewed by itself: renew it in time if you want to keep it.",
            None: "Renew it in time if you want to keep it.",
        }[renews]
        text = f"The domain {name} expires on {_day(state['expires_at'])} (UTC), in $days days.\n\n{how}"
        what = f"{name} expires on {_day(state['expires_at'])}"
        yield DueDate(f"expires:{domain['id']}", state["expires_at"], to, what, text, domain["organisation"])


def _known() -> Iterator[tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]]:
    """Active domains of which something is known and somebody can be told."""
    from store import database
    from store.dns import domain as stored
    from store.object import read

    tx = database.read()
    states = stored.states(tx)
    told = lru_cache(maxsize=None)(lambda organisation_id: stored.addressees(tx, organisation_id))
    for domain in read.live(tx, "domain", enabled=True):
        state = states.get(domain["id"])
        if state is not None and (to := told(domain["organisation_id"])):
            yield domain, state, to


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"


def _last_look(state: dict[str, Any]) -> str:
    return f"What we saw last: {state['answer']}.\n" if state["answer"] else ""


def _safe(text: str) -> str:
    """What name servers said is no place for ``$days``."""
    return text.replace("$", "$$")
