"""Do the pages and the API of zones and domains show what is known, and have one looked at now?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.dns.zone_copy import Row, fingerprint
from store import database
from store.dns import domain, zone
from tests.support.object_site import add
from tests.support.visitors import FILE, Application, running_application

SCRIPT = "<script>alert(1)</script>"
DAY = 86_400.0


@pytest.fixture
def hosting(tmp_path: Path, engine_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    text = FILE.replace("profiles = []", 'profiles = ["hosting"]')
    for made in running_application(tmp_path, monkeypatch, text):
        _scene(made)
        yield made


def _scene(application: Application) -> None:
    site, now = application.site, application.clock.now()
    add(site, "organisation", name="Acme")
    zone_id = add(site, "zone", name="acme.example", host="192.0.2.1", organisation="Acme")["id"]
    add(site, "zone", name="broken.example", host="192.0.2.2")
    add(site, "registrar", name="Registry", protocol="rdap", address="https://rdap.example")
    first = add(site, "domain", name="bücher.example", organisation="Acme", zone="acme.example")["id"]
    second = add(site, "domain", name="ends.example", registrar="Registry")["id"]
    rows = [Row("acme.example.", 60, "SOA", "a b 7 1 1 1 1")]
    rows += [Row(f"h{n:03}.acme.example.", 300, "A", "192.0.2.9") for n in range(120)]
    rows += [Row("text.acme.example.", 300, "TXT", f'"{SCRIPT}"')]
    gone = Row("gone.acme.example.", 300, "A", "192.0.2.8")

    def known(tx: Any) -> None:
        number = zone.begin(tx, zone_id, now - 60)
        zone.add(tx, zone_id, number, [(fingerprint(each), each) for each in [*rows, gone]], now - 60)
        zone.publish(tx, zone_id, number, serial=6, note="", changed=True, now=now - 60)
        number = zone.begin(tx, zone_id, now)
        zone.leave(tx, zone_id, number, [fingerprint(gone)], now)
        zone.publish(tx, zone_id, number, serial=7, note="", changed=True, now=now)
        zone.failed(tx, zone_id + 1, "auth", f"it refuses our signature {SCRIPT}", now)
        domain.ask_for(tx, first, 1, "tickworks-77", now + 14 * DAY, now)
        domain.looked(tx, first, "tickworks-77", "there is no such name yet", now + 900, now, gave_up=False)
        domain.registered(tx, second, _told(now), now)

    database.write(known)


def _told(now: float) -> dict[str, Any]:
    return {
        "registrar_id": 1,
        "sponsor": "Example Registrar",
        "expires_at": now + 9.5 * DAY,
        "expired_before": now + 400 * DAY,
        "registered_at": now - 700 * DAY,
        "status": ["ok"],
        "locked": True,
        "auto_renew": False,
        "name_servers": ["ns1.example.net"],
        "contacts": {
            "admin": {
                "handle": "H1",
                "name": SCRIPT,
                "organisation": "",
                "email": "",
                "city": "",
                "country": "DE",
                "redacted": True,
            }
        },
    }


def test_domains_are_listed_with_their_verification_and_the_days_left(hosting: Application) -> None:
    viewer = hosting.signed_in("viewer")
    text = viewer.get("/domains").text
    assert "bücher.example" in text
    assert "waiting" in text
    assert "in 10 days" in text
    assert "moved back" in text
    assert "ends.example" not in viewer.get("/domains?q=ACME").text
    assert "bücher.example" not in viewer.get("/domains?show=expiring").text
    assert "Nothing is like that" in viewer.get("/domains?show=given_up").text


def test_a_domain_says_what_to_publish_and_what_its_registrar_says(hosting: Application) -> None:
    viewer = hosting.signed_in("viewer")
    text = viewer.get("/domains/bücher.example").text
    assert "_tickworks.xn--bcher-kva.example" in text
    assert "tickworks-77" in text
    assert "there is no such name yet" in text
    assert "Verify now" not in text
    text = viewer.get("/domains/ends.example").text
    assert "The expiry moved back" in text
    assert "ns1.example.net" in text
    assert SCRIPT not in text
    assert viewer.get("/domains/nobody.example").status_code == 404


def test_zones_and_their_records_are_looked_through(hosting: Application) -> None:
    viewer = hosting.signed_in("viewer")
    text = viewer.get("/zones").text
    assert "acme.example" in text
    assert "it refuses our signature &lt;script&gt;" in text
    assert "acme.example" not in viewer.get("/zones?show=failing").text.partition("<table")[2]
    page = viewer.get("/zones/acme.example").text
    assert page.count("<tr>") == 101
    assert "text.acme.example." not in page
    assert SCRIPT not in viewer.get("/zones/acme.example?q=TEXT").text
    rest = viewer.get("/zones/acme.example", params={"cursor": 100}).text
    assert "text.acme.example." in rest
    assert "h119.acme.example." in rest
    gone = viewer.get("/zones/acme.example?gone=yes").text
    assert "gone.acme.example." in gone
    assert "h001.acme.example." not in gone
    assert viewer.get("/zones/nobody.example").status_code == 404


def test_an_operator_has_one_looked_at_now(hosting: Application) -> None:
    operator = hosting.signed_in("operator")
    assert operator.post("/domains/bücher.example/verify").status_code == 303
    assert operator.post("/zones/broken.example/read").status_code == 303
    runs = database.read().all("SELECT service, args, step FROM run ORDER BY id")
    assert [row[0] for row in runs] == ["domain_verification", "synch_dns_records"]
    assert "xn--bcher-kva.example" in str(runs[0][1])
    assert "broken.example" in str(runs[1][1])
    answer = operator.post("/domains/ends.example/sync", headers={"hx-request": "true"})
    assert "disabled" in answer.text, "its proof is a stand-in: a site enables it first"
    assert hosting.signed_in("viewer").post("/domains/bücher.example/verify").status_code == 403


def test_programs_read_the_same(hosting: Application) -> None:
    program = hosting.program(hosting.token(role="operator"))
    zones = program.get("/api/v1/zones").json()["zones"]
    assert [(row["name"], row["serial"], row["records"], row["error_kind"]) for row in zones] == [
        ("acme.example", 7, 122, None),
        ("broken.example", None, 0, "auth"),
    ]
    assert program.get("/api/v1/zones/acme.example").json()["types"] == {"A": 120, "SOA": 1, "TXT": 1}
    first = program.get("/api/v1/zones/acme.example/records", params={"type": "a", "limit": 100}).json()
    more = {"type": "a", "limit": 100, "cursor": first["next"]}
    rest = program.get("/api/v1/zones/acme.example/records", params=more).json()
    assert (len(first["records"]), len(rest["records"]), rest["next"]) == (100, 20, None)
    (row,) = program.get("/api/v1/domains", params={"show": "waiting", "q": "acme"}).json()["domains"]
    assert row["verification"]["token"] == "tickworks-77"
    assert program.get("/api/v1/domains/ends.example").json()["days_left"] == 10
    assert program.get("/api/v1/domains/nobody.example").json()["code"] == "unknown_domain"
    done = program.post("/api/v1/domains/bücher.example/verify")
    assert (done.status_code, done.json()["runs"][0]["service"]) == (202, "domain_verification")
