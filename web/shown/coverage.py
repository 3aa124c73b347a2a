"""The catalogue and how far it is built: every service of both products, and what proves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actors.service import Service
from domain.time.text import describe
from node.site import Site
from web.acts.named import whole_catalogue

Shown = dict[str, Any]

#: What a service is: its work is here, is to come, or is not used any more by its product.
STATUSES = ("built", "planned", "legacy")
PRODUCTS = {"jerasoft": "JeraSoft", "machpanel": "MachPanel", "tickworks": "Tickworks"}


def coverage(site: Site) -> list[Shown]:
    """Every service that we ship, by product, family and title; those of a site's own are left out.

    ``{name, title, product, family, profile, on, kind, schedule, status, steps, proof, note, summary,
    replaced_by, aliases}``; `steps`: titles of its task lines; `proof`: real, stand_in, recorded or None.
    """
    services = [each for each in whole_catalogue(site).services.values() if each.ours]
    services.sort(key=lambda each: (PRODUCTS[each.origin], each.family, each.title.casefold()))
    return [_row(each, each.profile in site.profiles) for each in services]


def counts(rows: Sequence[Shown]) -> Shown:
    """``{all, status: {...}, product: {...}, proof: {...}}``: how many services are what."""
    return {
        "all": len(rows),
        "status": {status: sum(row["status"] == status for row in rows) for status in STATUSES},
        "product": _numbers([row["product"] for row in rows]),
        "proof": _numbers([row["proof"] for row in rows if row["proof"]]),
    }


def _row(each: Service, on: bool) -> Shown:
    return {
        "name": each.name,
        "title": each.title,
        "product": PRODUCTS[each.origin],
        "family": each.family,
        "profile": each.profile,
        "on": on,
        "kind": each.kind,
        "schedule": describe(each.schedule),
        "status": "legacy" if each.legacy else "planned" if each.planned else "built",
        "steps": [task.title for task in each.tasks],
        "proof": each.proof,
        "note": each.proof_note,
        "summary": each.summary,
        "replaced_by": list(each.replaced_by),
        "aliases": list(each.aliases),
    }


def _numbers(words: Sequence[str]) -> dict[str, int]:
    return {word: words.count(word) for word in sorted(set(words))}
