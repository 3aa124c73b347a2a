"""What the site holds back: families that observe, held acts, and steps that destroy."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from actors import job_kinds
from actors.catalogue import whole
from actors.job_kind import JobKind
from domain.time.clock import rfc3339
from node.site import Site
from store import destruction, held_act, live_family
from store.job import listed
from store.run import step
from store.tx import Tx

Shown = dict[str, Any]


def families(site: Site, tx: Tx | None) -> list[Shown]:
    """Every family that acts on the world outside here, or is live, or has something held; by name.

    Each has family, observes, since and by (of going live), services (how many reach out), held,
    released, dropped, and jobs: those of the work queue that wait for it.
    """
    live = {} if tx is None else live_family.live(tx)
    counts = {} if tx is None else held_act.counts(tx)
    jobs = {} if tx is None else _held_jobs(site, tx)
    reach = Counter(each.family for each in site.services.values() if each.reaches_out)
    reach.update(family for family in _kinds_by_family(site) if family not in reach)
    return [
        {
            "family": name,
            "observes": name not in live,
            "since": rfc3339(live[name]["at"]) if name in live else None,
            "by": live[name]["by"] if name in live else None,
            "services": reach[name],
            **counts.get(name, dict.fromkeys(held_act.OPEN, 0)),
            "jobs": jobs.get(name, 0),
        }
        for name in sorted({*reach, *live, *counts, *jobs})
    ]


def known_families(site: Site) -> list[str]:
    """Every family that there is, also of profiles that are off."""
    return sorted({each.family for each in whole(site.settings.catalogue.modules).services.values()})


def kinds_of(site: Site, family: str) -> list[str]:
    """The job kinds that wait while this family observes."""
    return [kind.name for kind in _kinds_by_family(site).get(family, [])]


def held(
    site: Site, tx: Tx, *, state: str = "held", family: str | None = None, after: int = 0, limit: int = 100
) -> list[Shown]:
    """Acts in one state (``held``, ``released``, ``dropped``, ``done``), in the order they were held."""
    rows = held_act.listing(tx, state=state, family=family, after=after, limit=limit)
    titles = {name: each.title for name, each in whole(site.settings.catalogue.modules).services.items()}
    return [_act(row, titles) for row in rows]


def destroying(site: Site, tx: Tx) -> list[Shown]:
    """The steps of this site that destroy: ``on`` is whether they do, or only report."""
    known = step.states(tx)
    return [
        {
            "service": each.name,
            "service_title": each.title,
            "family": each.family,
            "number": number,
            "step": task.title,
            "on": bool(known.get((each.name, task.title), {}).get("destroys")),
        }
        for each in site.services.values()
        for number, task in enumerate(each.tasks, 1)
        if task.effect == "destroy" and not each.planned
    ]


def destroyed(tx: Tx, limit: int = 50) -> list[Shown]:
    """What was destroyed or would have been, the newest first, with the way back."""
    return [
        {
            key: row[key]
            for key in ("id", "family", "service", "step", "key", "what", "organisation", "object")
        }
        | {key: row[key] for key in ("state", "undo", "error", "run_id")}
        | {"at": rfc3339(row["at"])}
        for row in destruction.latest(tx, limit)
    ]


def _act(row: Mapping[str, Any], titles: Mapping[str, str]) -> Shown:
    times = ("first_at", "last_at", "decided_at")
    return {
        **{key: value for key, value in row.items() if key not in ("detail", *times)},
        "service_title": titles.get(row["service"], row["service"]),
        "detail": json.loads(row["detail"]),
        **{key: rfc3339(row[key]) for key in times},
    }


def _kinds_by_family(site: Site) -> dict[str, list[JobKind]]:
    found: dict[str, list[JobKind]] = {}
    for kind in job_kinds.load(site.profiles, site.settings.catalogue.modules).values():
        service = site.services.get(kind.service)
        if service is not None and kind.is_held_in(service.family):
            found.setdefault(service.family, []).append(kind)
    return found


def _held_jobs(site: Site, tx: Tx) -> dict[str, int]:
    held = listed.held_for(tx, "observe")
    found = {
        family: sum(held.get(kind.name, 0) for kind in kinds)
        for family, kinds in _kinds_by_family(site).items()
    }
    return {family: count for family, count in found.items() if count}
