"""Domains, their verification and their registrar's data, as the API and the page show them."""

from __future__ import annotations

from typing import Any

from domain.dns.names import for_people
from domain.dns.verification import record_name
from domain.due import days_left
from domain.time.clock import rfc3339
from node.site import Site
from store.dns import listed
from store.tx import Tx
from web.acts.refusal import Refusal

Shown = dict[str, Any]
SHOWS = ("all", "waiting", "given_up", "expiring", "failing")


def page(
    site: Site, tx: Tx, *, text: str = "", show: Any = "all", limit: int = 50, cursor: int | None = None
) -> Shown:
    """``{domains, next}`` by name."""
    rows, after = listed.domains(tx, now=site.clock.now(), text=text, show=show, limit=limit, after=cursor)
    return {"domains": [_domain(site, row) for row in rows], "next": after}


def one(site: Site, tx: Tx, name: str) -> Shown:
    """One domain. Raises Refusal (unknown_domain)."""
    row = listed.domain(tx, name)
    if row is None:
        raise Refusal("unknown_domain", f"there is no domain {name!r}: look at all of them")
    return _domain(site, row)


def _domain(site: Site, row: Shown) -> Shown:
    own = ("id", "name", "organisation", "registrar", "zone", "enabled", "sample", "sponsor", "status")
    more = ("name_servers", "contacts", "locked", "auto_renew", "error", "error_kind")
    expires = row["expires_at"]
    return {
        **{name: row[name] for name in own + more},
        "title": for_people(row["name"]),
        "verification": _verification(row),
        "expires_at": rfc3339(expires),
        "days_left": None if expires is None else days_left(expires, site.clock.now()),
        "expired_before": rfc3339(row["expired_before"]),
        "registered_at": rfc3339(row["registered_at"]),
        "synced_at": rfc3339(row["synced_at"]),
        "asked_at": rfc3339(row["asked_at"]),
    }


def _verification(row: Shown) -> Shown:
    """`state`: ``verified``, ``given_up``, ``waiting``, or ``new``: nothing has looked yet."""
    state = "new"
    if row["token_at"] is not None:
        state = "verified" if row["verified_at"] else "given_up" if row["gave_up_at"] else "waiting"
    return {
        "state": state,
        "record": record_name(row["name"]),
        "token": row["token"] or row["given_token"] or None,
        "answer": row["answer"] or "",
        "tries": row["tries"] or 0,
        "until": rfc3339(row["verify_until"]),
        "tried_at": rfc3339(row["tried_at"]),
        "next_try_at": rfc3339(row["next_try_at"]) if state == "waiting" else None,
        "verified_at": rfc3339(row["verified_at"]),
        "gave_up_at": rfc3339(row["gave_up_at"]),
    }
