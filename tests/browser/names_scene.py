"""Zones and domains of which something is known, for pages that are looked at."""

from __future__ import annotations

import time
from typing import Any

from domain.dns.zone_copy import Row, fingerprint
from domain.objects.catalogue import find
from node.site import Site
from store import database
from store.dns import domain, zone
from web.acts.objects import Objects

DAY = 86_400.0
ZONE = "example.org"
DOMAIN = "xn--bcher-kva.example"
RECORDS = (
    Row("example.org.", 3600, "SOA", "ns1.example.org. admin.example.org. 2026112101 3600 600 86400 300"),
    Row("example.org.", 3600, "NS", "ns1.example.org."),
    Row("example.org.", 3600, "MX", "10 mail.example.org."),
    Row("ns1.example.org.", 3600, "A", "192.0.2.53"),
    Row("mail.example.org.", 3600, "A", "192.0.2.25"),
    Row("www.example.org.", 300, "AAAA", "2001:db8::80"),
    Row(
        "key._domainkey.example.org.",
        300,
        "TXT",
        '"v=DKIM1; k=rsa; p=' + "MIIBIjANBgkqhkiG9w0BAQEF" * 10 + '"',
    ),
)


def build(site: Site) -> None:
    """Make them."""
    acts, now = Objects(site, by="a test"), time.time()

    def made(kind: str, **values: Any) -> int:
        return int(acts.add(find(kind), values).object["id"])

    made("registrar", name="Registry", protocol="rdap", address="https://rdap.example.org")
    zones = [made("zone", name=name, host="192.0.2.53") for name in (ZONE, "broken.example")]
    names = ("bücher.example", ZONE, "proved.example", "late.example")
    domains = [made("domain", name=name, registrar="Registry") for name in names]
    contact = {"handle": "H1", "name": "", "organisation": "Example Ltd", "email": "", "city": "Berlin"}
    told = {
        "registrar_id": 1,
        "sponsor": "Example Registrar GmbH",
        "expires_at": now + 12.5 * DAY,
        "expired_before": now + 377 * DAY,
        "registered_at": now - 2_000 * DAY,
        "status": ["clientTransferProhibited"],
        "locked": True,
        "auto_renew": False,
        "name_servers": ["ns1.example.org", "ns2.example.net"],
        "contacts": {"registrant": {**contact, "country": "DE", "redacted": True}},
    }

    def known(tx: Any) -> None:
        number = zone.begin(tx, zones[0], now)
        zone.add(tx, zones[0], number, [(fingerprint(each), each) for each in RECORDS], now)
        serial, note = (
            2026112101,
            "the serial went back from 2026112102 to 2026112101: the whole zone was read",
        )
        zone.publish(tx, zones[0], number, serial=serial, note=note, changed=True, now=now)
        zone.failed(
            tx, zones[1], "denied", "192.0.2.53:53: it does not give us broken.example (NOTAUTH)", now
        )
        for n, each in enumerate(domains):
            begun = now - n * DAY
            domain.ask_for(tx, each, None, "tickworks-0123456789abcdef", begun + 14 * DAY, begun)
        token = "tickworks-0123456789abcdef"
        domain.looked(tx, domains[0], token, "there is no such name yet", now + 900, now, gave_up=False)
        domain.verified(tx, domains[2], token, "published at 2 name servers", now)
        domain.looked(tx, domains[3], token, "no TXT record", now, now, gave_up=True)
        domain.registered(tx, domains[0], told, now)
        domain.registered(
            tx, domains[2], {**told, "expires_at": now + 300 * DAY, "expired_before": None}, now
        )
        domain.not_told(tx, domains[3], "missing", "rdap.example.org: it answers 404", now)

    database.write(known)
