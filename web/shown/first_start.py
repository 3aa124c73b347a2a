"""Whether this site is new, and what it is offered then."""

from __future__ import annotations

from typing import NamedTuple

from store import setting
from store.tx import Tx

SETTING = "first_start"
#: A site with more runs is no new one, whoever asked for them; so few are looked through.
NEW = 5_000
#: Who asks for a new site's first look at its services (`node.prepare`): nobody.
ITSELF = "first start"


class Offer(NamedTuple):
    """One way to begin."""

    name: str
    title: str
    text: str


OFFERS = (
    Offer(
        "hosting",
        "Sample hosting provider",
        "Resellers, customers and staff that are made up; servers and checks that are this machine's own.",
    ),
    Offer(
        "voice",
        "Sample voice carrier",
        "Two customers, two vendors, a switch, 20,000 codes with rates, and calls to rate.",
    ),
    Offer("empty", "Empty site", "Your own services, and those of the profiles that are on."),
)


def offered(tx: Tx) -> bool:
    """True while nothing was taken or dismissed and nobody has asked for a run of any service."""
    if setting.get(tx, SETTING) is not None:
        return False
    newest = tx.value("SELECT MAX(id) FROM run")
    if newest is None:
        return True
    if newest > NEW:
        return False
    asked = tx.one(
        """SELECT id FROM run WHERE trigger IN ('manual', 'api', 'message')
           AND COALESCE(requested_by, '') <> ? LIMIT 1""",
        (ITSELF,),
    )
    return asked is None
