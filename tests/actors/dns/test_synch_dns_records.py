"""Is our copy of a zone what its name server has, and is it never half of it?"""

from __future__ import annotations

import json
from typing import Any

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from actors.dns.synch_dns_records import run as service
from actors.outcome import Outcome
from actors.service import call
from actors.testing import testing_context
from domain.dns.limits import ZoneLimits
from store import database
from store.dns import domain, record, zone
from tests.actors.dns.conftest import hosts
from tests.actors.dns.conftest import zone as lines
from tests.actors.dns.scene import DAY, NOW, add, mails, work
from tests.backends.dns.scripted import by_tcp
from tests.support.fault_proxy import FaultProxy
from tests.support.process import free_port
from tests.support.real_knot import TRANSFER, RealKnot

COPY = "Copy the DNS data of Hostmatic domains"
REMIND = "Mail notices about domains that await verification"


def added(name: str, port: int, **values: Any) -> int:
    """A zone object; its id."""
    given = {"host": "127.0.0.1", "key_name": TRANSFER[0], "key_secret": "env:KEY", **values}
    return add("zone", name=name, port=port, **given)


def sync(at: float = NOW, **args: Any) -> Outcome:
    outcome, _ = work(service, ZoneLimits(), at=at, args=args, not_due=(REMIND,))
    return outcome


def names(zone_id: int, **asked: Any) -> list[tuple[str, str, str]]:
    found, _ = record.page(database.read(), zone_id, limit=1_000, **asked)
    return sorted((row["name"], row["type"], row["rdata"]) for row in found)


def state(zone_id: int) -> dict[str, Any]:
    found = zone.state(database.read(), zone_id)
    assert found is not None
    return found


@pytest.mark.covers("synch_dns_records", 1)
def test_a_zone_is_copied_and_an_unchanged_serial_costs_one_question(opened: None, knot: RealKnot) -> None:
    zone_id = added("plain.example", knot.port)
    assert sync().counts == {"zones": 1, "unchanged": 0, "new": 25, "gone": 0, "failed": 0}
    assert state(zone_id)["serial"] == 1
    assert ("host7.plain.example.", "A", "192.0.2.7") in names(zone_id)
    assert len(names(zone_id)) == state(zone_id)["records"] == 25
    assert sync(NOW + 60).counts == {"zones": 1, "unchanged": 1, "new": 0, "gone": 0, "failed": 0}
    assert state(zone_id)["synced_at"] == NOW + 60


def test_only_what_changed_is_written_and_what_is_gone_stays_to_be_seen(
    opened: None, knot: RealKnot, name: str
) -> None:
    zone_id = added(name, knot.port)
    sync()
    knot.write(name, lines(name, *hosts(20)[1:], "new A 192.0.2.77", serial=2))
    knot.reload(name)
    assert sync(NOW + 60).counts == {"zones": 1, "unchanged": 0, "new": 2, "gone": 2, "failed": 0}
    assert state(zone_id)["serial"] == 2
    assert (f"new.{name}.", "A", "192.0.2.77") in names(zone_id)
    assert [each[:2] for each in names(zone_id, gone=True)] == [
        (f"host0.{name}.", "A"),
        (f"{name}.", "SOA"),
    ]
    assert sync(NOW + 120, full=True).counts["new"] == 0, "the whole zone says the same as its changes"


def test_what_is_gone_for_long_is_forgotten(opened: None, knot: RealKnot, name: str) -> None:
    zone_id = added(name, knot.port)
    sync()
    knot.write(name, lines(name, *hosts(20)[1:], serial=2))
    knot.reload(name)
    sync(NOW + 60)
    sync(NOW + 89 * DAY)
    assert len(names(zone_id, gone=True)) == 2
    sync(NOW + 91 * DAY)
    assert names(zone_id, gone=True) == []
    assert len(names(zone_id)) == 24


def test_a_serial_that_went_back_is_said_and_the_whole_zone_read(
    sqlite: None, knot: RealKnot, name: str
) -> None:
    zone_id = added(name, knot.port)
    sync()
    database.write(lambda tx: tx.run("UPDATE zone_state SET serial = 2026112100"))
    outcome = sync(NOW + 60)
    assert outcome.kind == "done"
    assert state(zone_id)["serial"] == 1
    assert state(zone_id)["note"] == "the serial went back from 2026112100 to 1: the whole zone was read"


def test_a_copy_that_does_not_fit_is_read_anew(opened: None, knot: RealKnot, name: str) -> None:
    zone_id = added(name, knot.port)
    sync()
    database.write(lambda tx: tx.run(f"DELETE FROM dns_record WHERE name = 'host3.{name}.'"))
    knot.write(name, lines(name, *hosts(3), *hosts(16, first=4), serial=2))
    knot.reload(name)
    assert sync(NOW + 60).kind == "done"
    assert state(zone_id)["serial"] == 2
    assert len(names(zone_id)) == state(zone_id)["records"] == 24


def test_a_zone_that_lost_much_is_not_believed_until_somebody_says_so(
    opened: None, knot: RealKnot, name: str
) -> None:
    zone_id = added(name, knot.port)
    sync()
    knot.write(name, lines(name, "fresh A 192.0.2.9", serial=2))
    knot.reload(name)
    outcome = sync(NOW + 60)
    assert outcome.kind == "failed"
    assert f"21 of 25 records of {name} have vanished at once" in state(zone_id)["error"]
    assert "believe=yes" in state(zone_id)["error"]
    assert (state(zone_id)["serial"], state(zone_id)["error_kind"]) == (1, "not_believed")
    there = [each[0] for each in names(zone_id)]
    assert f"host19.{name}." in there
    assert f"fresh.{name}." in there
    assert sync(NOW + 120).kind == "failed", "it is not believed the next time either"
    assert sync(NOW + 180, zone=name, believe=True).kind == "done"
    assert len(names(zone_id)) == 6
    assert state(zone_id)["error"] is None


def test_another_ttl_everywhere_is_no_loss(opened: None, knot: RealKnot, name: str) -> None:
    zone_id = added(name, knot.port)
    sync()
    changed = [line.replace("$TTL 300", "$TTL 60") for line in lines(name, *hosts(20), serial=2)]
    knot.write(name, changed)
    knot.reload(name)
    assert sync(NOW + 60).kind == "done"
    found, _ = record.page(database.read(), zone_id)
    assert {row["ttl"] for row in found} == {60}
    assert len(found) == 25


def _no_ixfr(question: bytes) -> list[bytes]:
    """A server of whole zones only, which never has another serial than 5."""
    asked = dns.message.from_wire(question)
    reply = dns.message.make_response(asked)
    if asked.question[0].rdtype == dns.rdatatype.IXFR:
        reply.set_rcode(dns.rcode.NOTIMP)
        return [reply.to_wire()]
    soa = dns.rrset.from_text("old.example.", 60, "IN", "SOA", "a. b. 5 1 1 1 1")
    host = dns.rrset.from_text("www.old.example.", 60, "IN", "A", "192.0.2.5")
    reply.answer = [soa, host, soa]
    return [reply.to_wire()]


def test_a_server_without_increments_is_read_whole(sqlite: None) -> None:
    with by_tcp(_no_ixfr) as port:
        zone_id = added("old.example", port, key_name="", key_secret="")
        assert sync().counts["new"] == 2
        assert sync(NOW + 60).counts == {"zones": 1, "unchanged": 1, "new": 0, "gone": 0, "failed": 0}
        assert state(zone_id)["synced_at"] == NOW + 60


def test_unknown_types_and_every_byte_are_kept(opened: None, knot: RealKnot, name: str) -> None:
    more = [
        "odd TYPE65400 \\# 2 beef",
        'bytes TXT "\\255"',
        '*.wild TXT "for all"',
        f'long TXT "{"a" * 200}"',
    ]
    long = " ".join(f'"{n:03}{"b" * 240}"' for n in range(40))
    knot.write(name, lines(name, *more, f"huge TXT {long}", serial=2))
    knot.reload(name)
    zone_id = added(name, knot.port)
    assert sync().kind == "done"
    assert (f"odd.{name}.", "TYPE65400", "\\# 2 beef") in names(zone_id)
    assert names(zone_id, kind="type65400")[0][1] == "TYPE65400"
    assert [each[0] for each in names(zone_id, text="FOR ALL")] == [f"*.wild.{name}."]
    assert len(names(zone_id, text="huge")[0][2]) > 9_000


@pytest.mark.parametrize(
    ("values", "kind", "said"),
    [
        ({"key_name": "", "key_secret": ""}, "denied", "NOTAUTH"),
        ({"key_secret": "env:WRONG"}, "auth", "key transfer.tests."),
        ({"key_secret": "env:NO"}, "auth", "cannot be used"),
        ({"key_secret": "env:GONE"}, "auth", "env:GONE"),
        ({"name": "gone.example"}, "denied", "does not serve gone.example"),
    ],
)
def test_a_refusal_keeps_what_we_have_and_hides_no_other_zone(
    sqlite: None, knot: RealKnot, values: dict[str, Any], kind: str, said: str
) -> None:
    bad = added(**{"name": "proof.example", "port": knot.port, **values})
    good = added("plain.example", knot.port)
    database.write(lambda tx: zone.begin(tx, bad, NOW))
    outcome = sync()
    assert (outcome.kind, outcome.counts["zones"], outcome.counts["failed"]) == ("partial", 1, 1)
    assert state(bad)["error_kind"] == kind
    assert said in state(bad)["error"]
    assert len(names(good)) == 25


def test_a_transfer_that_is_cut_publishes_nothing(sqlite: None, knot: RealKnot, proxy: FaultProxy) -> None:
    zone_id = added("large.example", proxy.port)
    proxy.cut(50_000)
    outcome = sync()
    assert (outcome.kind, state(zone_id)["error_kind"]) == ("failed", "unreachable")
    assert names(zone_id) == []
    proxy.heal()
    assert sync(NOW + 60).kind == "done"
    assert state(zone_id)["records"] == 12_001
    assert (state(zone_id)["error"], state(zone_id)["failed_since"]) == (None, None)


def test_a_server_that_talks_rubbish_or_nothing_is_one_failure(sqlite: None, proxy: FaultProxy) -> None:
    zone_id = added("plain.example", proxy.port)
    proxy.garbage()
    assert sync().kind == "failed"
    first = state(zone_id)["failed_since"]
    proxy.refuse()
    assert sync(NOW + 60).kind == "failed"
    assert state(zone_id)["error_kind"] == "unreachable"
    assert state(zone_id)["failed_since"] == first == NOW
    away = added("proof.example", free_port())
    sync(NOW + 120)
    assert "nobody listens there" in state(away)["error"]


def test_a_read_that_ends_in_the_middle_is_never_seen(
    opened: None, knot: RealKnot, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone_id = added("large.example", knot.port)
    put = zone.add
    batches = []

    def breaks(*args: Any) -> None:
        put(*args)
        batches.append(len(args[3]))
        if len(batches) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(zone, "add", breaks)
        with pytest.raises(KeyboardInterrupt):
            sync()
    stored = database.read().value("SELECT COUNT(*) FROM dns_record")
    assert stored >= batches[0]
    assert names(zone_id) == []
    assert sync(NOW + 60).kind == "done"
    assert database.read().value("SELECT COUNT(*) FROM dns_record") == state(zone_id)["records"] == 12_001


def test_a_reader_that_was_taken_for_dead_writes_nothing_more(opened: None, knot: RealKnot) -> None:
    zone_id = added("plain.example", knot.port)
    late = database.write(lambda tx: zone.begin(tx, zone_id, NOW))
    sync()
    with pytest.raises(zone.ReadLost):
        database.write(lambda tx: zone.leave(tx, zone_id, late, ["x"], NOW))
    with pytest.raises(zone.ReadLost):
        database.write(lambda tx: zone.publish(tx, zone_id, late, serial=9, note="", changed=True, now=NOW))
    assert (state(zone_id)["serial"], state(zone_id)["records"]) == (1, 25)


def test_a_run_that_is_to_stop_leaves_the_rest_to_the_next(sqlite: None, knot: RealKnot) -> None:
    for name in ("plain.example", "proof.example", "wild.example"):
        added(name, knot.port)
    outcome, _ = work(service, ZoneLimits(at_once=1), not_due=(REMIND,), args={})
    assert outcome.counts["zones"] == 3
    context = testing_context(service, not_due=(REMIND,), secrets={"env:KEY": TRANSFER[1]})
    context.ports.stop_after = 2
    stopped = call(service, context, ZoneLimits(at_once=1))
    assert stopped is not None
    assert stopped.kind == "partial"
    assert stopped.counts["zones"] < 3


def test_a_zone_that_there_is_not_is_said(sqlite: None) -> None:
    _, context = work(service, ZoneLimits(), args={"zone": "nowhere.example"}, not_due=(REMIND,))
    assert context.ports.ended_steps[0].error == "there is no active zone nowhere.example"


@pytest.mark.covers("synch_dns_records", 2)
def test_owners_are_reminded_of_domains_that_wait_each_stage_once(opened: None) -> None:
    add("organisation", name="Acme", email="acme@example.org")
    add("contact", organisation="Acme", name="Ann", email="ann@example.org", duties=["domains"])
    acme = add("domain", name="bücher.example", organisation="Acme")
    add("domain", name="nobody.example")
    until = NOW + 14 * DAY
    database.write(lambda tx: domain.ask_for(tx, acme, 1, "tickworks-77", until, NOW))

    def remind(at: float) -> dict[str, float]:
        outcome, _ = work(service, ZoneLimits(), at=at, not_due=(COPY,))
        return dict(outcome.counts)

    assert remind(NOW + DAY)["ahead"] == 1
    assert mails() == []
    assert remind(NOW + 4 * DAY)["told"] == 1
    assert remind(NOW + 4 * DAY + 3600)["told"] == 0
    (mail,) = mails()
    assert (mail["recipients"], mail["family"], mail["owner"]) == ('["ann@example.org"]', "dns", "Acme")
    said = json.loads(mail["template_values"])
    assert said["subject"] == "bücher.example is still to be verified"
    assert '_tickworks.xn--bcher-kva.example.  TXT  "tickworks-77"' in said["text"]
    assert remind(NOW + 13.5 * DAY)["told"] == 1
    database.write(lambda tx: domain.verified(tx, acme, "tickworks-77", "", NOW + 13.6 * DAY))
    assert remind(NOW + 14 * DAY) == {"told": 0}
