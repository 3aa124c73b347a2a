"""The catalogue and how far it is built: every line of both products, what does it, and what proves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actors.coverage import HEADER, PAGE, Covered, covered, known_tests, status_of
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

    ``{name, title, product, family, profile, on, kind, schedule, status, steps, lines, proof, note, summary,
    replaced_by, aliases}``; `steps`: titles of its task lines; `proof`: real, stand_in, recorded or None;
    `lines`: what its product says of it, ``{text, steps, tests}`` each.
    """
    catalogue = whole_catalogue(site)
    services = [each for each in catalogue.services.values() if each.ours]
    services.sort(key=lambda each: (PRODUCTS[each.origin], each.family, each.title.casefold()))
    found: dict[str, list[Covered]] = {}
    for row in covered(catalogue, known_tests()):
        if row.service is not None:
            found.setdefault(row.service.name, []).append(row)
    return [_row(each, each.profile in site.profiles, found.get(each.name, [])) for each in services]


def page_lines(site: Site) -> list[Shown]:
    """What the products say of their own pages: ``{product, title, text, tests}`` each."""
    return [
        {
            "product": PRODUCTS[row.line.origin],
            "title": row.line.key,
            "text": row.line.text,
            "tests": list(row.tests),
        }
        for row in covered(whole_catalogue(site), known_tests())
        if row.line.title == PAGE
    ]


def counts(rows: Sequence[Shown]) -> Shown:
    """``{all, status: {...}, product: {...}, proof: {...}}``: how many services are what."""
    return {
        "all": len(rows),
        "status": {status: sum(row["status"] == status for row in rows) for status in STATUSES},
        "product": _numbers([row["product"] for row in rows]),
        "proof": _numbers([row["proof"] for row in rows if row["proof"]]),
    }


def _row(each: Service, on: bool, lines: Sequence[Covered]) -> Shown:
    return {
        "name": each.name,
        "title": each.title,
        "product": PRODUCTS[each.origin],
        "family": each.family,
        "profile": each.profile,
        "on": on,
        "kind": each.kind,
        "schedule": describe(each.schedule),
        "status": status_of(each),
        "steps": [task.title for task in each.tasks],
        "lines": [_line(row) for row in lines],
        "proof": each.proof,
        "note": each.proof_note,
        "summary": each.summary,
        "replaced_by": list(each.replaced_by),
        "aliases": list(each.aliases),
    }


def _line(row: Covered) -> Shown:
    header = row.line.step == HEADER
    return {
        "text": row.line.text,
        "steps": ["schedule, nodes, run groups"] if header else [f"{n}. {title}" for n, title in row.steps],
        "tests": list(row.tests),
    }


def _numbers(words: Sequence[str]) -> dict[str, int]:
    return {word: words.count(word) for word in sorted(set(words))}
