"""One run in full: what `web.shown.runs.one` gives, and what it waited for before it began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actors.catalogue import whole
from domain.run_state import OPEN
from domain.time.clock import rfc3339
from node.site import Site
from store import service
from store.run import holders, log, lookup
from store.tx import Tx
from web.shown import run_list, runs

Shown = dict[str, Any]


def story(site: Site, tx: Tx, run_id: int) -> Shown | None:
    """The run; None: there is none.

    Beside `runs.one` and `run_list.more`: ``queued_at``, ``held_by`` (of a run that has begun: who had
    what it needed, each ``run``, ``service``, ``title``, ``groups`` and ``until``), ``open``,
    ``newest`` run of its service, ``logging`` (whether it is on now) and ``log_lines`` that were kept.
    Each attempt has its ``fence`` too.
    """
    shown = runs.one(site, tx, run_id)
    row = lookup.by_id(tx, [run_id]).get(run_id)
    if shown is None or row is None:
        return None
    known = whole(site.settings.catalogue.modules).services
    titles = {name: each.title for name, each in known.items()}
    own = service.one(tx, row["service"])
    return {
        **shown,
        **run_list.more(row, titles),
        "queued_at": rfc3339(row["queued_at"]),
        "held_by": _held_by(tx, row, titles),
        "attempts": _with_fences(tx, row, shown["attempts"]),
        "open": row["state"] in OPEN,
        "asked_to_stop": row["cancel_at"] is not None,
        "newest": tx.value("SELECT MAX(id) FROM run WHERE service = ?", (row["service"],)),
        "logging": bool(own and _logs(own, site.clock.now())),
        "log_lines": log.next_number(tx, run_id) - 1,
    }


def _logs(own: Mapping[str, Any], now: float) -> bool:
    return bool(own["logging"]) and (own["logging_until"] is None or own["logging_until"] > now)


def _with_fences(tx: Tx, row: Mapping[str, Any], shown: Sequence[Shown]) -> list[Shown]:
    fences = {each["n"]: each["fence"] for each in lookup.attempts(tx, [row["id"]]).get(row["id"], [])}
    return [each | {"fence": fences.get(each["n"], row["fence"])} for each in shown]


def _held_by(tx: Tx, row: Mapping[str, Any], titles: Mapping[str, str]) -> list[Shown]:
    if row["granted_at"] is None or row["started_at"] is None:
        return []
    found = holders.held_meanwhile(
        tx, row["id"], row["service"], row["run_groups"].split(), row["queued_at"], row["granted_at"]
    )
    return [
        {
            "run": each.run,
            "service": each.service,
            "title": titles.get(each.service, each.service),
            "groups": list(each.groups),
            "until": rfc3339(each.ended_at),
        }
        for each in found
    ]
