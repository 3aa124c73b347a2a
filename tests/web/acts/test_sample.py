"""Is a sample whole, refused beside real objects, and cleared without a trace of what operators made?"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from actors.monitoring import monitoring, server_stats
from actors.service import call
from actors.testing import testing_context
from config.settings import Broker, Database, Web
from domain.objects.catalogue import KINDS
from domain.rating.at_work import Reason
from domain.rating.legs import Leg, Legs
from domain.rating.rating import rate
from node.site import Site
from store import change, database
from store.campaign import kept, recipients
from store.object import read
from store.rating import book
from tests.support.http_receiver import receiver
from tests.support.object_site import add, site
from tests.support.rows import process
from web.acts.object_import import import_file
from web.acts.objects import Objects
from web.acts.refusal import Refusal
from web.acts.sample import Sample, surroundings
from web.acts.ticket_opening import Opening
from web.acts.tickets import Tickets
from web.shown import campaigns as shown
from web.shown import tickets

__all__ = ["site"]


def live(kind: str, /, **equals: Any) -> list[str]:
    return [str(row["name"]) for row in read.live(database.read(), kind, **equals)]


def everything() -> dict[str, int]:
    found = {kind.name: read.count(database.read(), kind) for kind in KINDS}
    for table, where in (("ticket", "1 = 1"), ("campaign", "1 = 1"), ("workflow", "archived_at IS NULL")):
        found[table] = database.read().value(f"SELECT COUNT(*) FROM {table} WHERE {where}")
    return {name: number for name, number in found.items() if number}


def test_a_loaded_sample_is_coherent_and_all_of_it_is_marked(site: Site) -> None:
    done = Sample(site, by="ann").load("hosting", 8099)
    assert done.objects == everything()
    assert len(live("organisation", kind="reseller")) == 2
    for reseller in live("organisation", kind="reseller"):
        assert live("organisation", parent=reseller, kind="customer")
    for customer in live("organisation", kind="customer"):
        assert live("contact", organisation=customer)
    (machine,) = read.live(database.read(), "server", read_by="local")
    assert {row["kind"] for row in read.live(database.read(), "check", server=machine["name"])} == {
        *("cpu", "memory", "disk")
    }
    ports = {row["port"] for row in read.live(database.read(), "check", kind="tcp")}
    assert 8099 in ports
    for kind in KINDS:
        assert read.live(database.read(), kind, sample=False) == []
    assert change.last(database.read(), "sample")["action"] == "sample load"  # type: ignore[index]


def test_it_is_refused_beside_a_real_organisation_and_changes_nothing(site: Site) -> None:
    add(site, "organisation", name="Acme")
    with pytest.raises(Refusal, match="such as Acme") as refused:
        Sample(site, by="ann").load("hosting")
    assert (refused.value.code, refused.value.exit_code) == ("real_objects", 3)
    assert everything() == {"organisation": 1}


def test_it_is_loaded_once_and_again_after_it_was_cleared(site: Site) -> None:
    sample = Sample(site, by="ann")
    first = sample.load("hosting").objects
    with pytest.raises(Refusal, match="loaded already"):
        sample.load("hosting")
    assert sample.clear().shown() == {"objects": first, "kept": []}
    assert everything() == {}
    assert sample.clear().shown() == {"objects": {}, "kept": []}
    assert sample.load("hosting").objects == first


def test_a_name_that_is_taken_leaves_nothing_half_loaded(site: Site) -> None:
    add(site, "server", name="This Machine")
    with pytest.raises(Refusal, match="rename or archive yours"):
        Sample(site, by="ann").load("hosting")
    assert everything() == {"server": 1}


def test_clear_leaves_what_operators_made_and_says_what_it_needs(site: Site) -> None:
    sample = Sample(site, by="ann")
    sample.load("hosting")
    add(site, "organisation", name="Real", parent="Reseller North")
    add(site, "check", server="this machine", name="mine", kind="cpu")
    before = read.live(database.read(), "check", sample=False)
    kept = {(each["kind"], each["object"]): each["why"] for each in sample.clear().kept}
    assert kept == {
        ("server", "this machine"): "check this machine/mine refers to it",
        ("organisation", "Reseller North"): "organisation Real refers to it",
        ("organisation", "Sample Provider"): "organisation Reseller North, server this machine refer to it",
    }
    assert read.live(database.read(), "check") == before
    assert live("organisation", sample=False) == ["Real"]

    checks = read.live(database.read(), "check")
    Objects(site, by="ann").archive(KINDS_BY_NAME["check"], checks[0]["id"], None)
    assert [each["object"] for each in sample.clear().kept] == ["Reseller North", "Sample Provider"]


def test_its_helpdesk_has_something_to_look_at_and_nothing_goes_out(site: Site) -> None:
    Sample(site, by="ann").load("hosting")
    tx, now = database.read(), site.clock.now()
    assert set(tickets.counts(tx).values()) == {1, 2}
    for row in tx.dicts("SELECT id FROM ticket ORDER BY id"):
        each = tickets.one(tx, row["id"], now)
        assert each is not None
        assert each["messages"]
        assert each["created_at"] <= each["messages"][0]["at"] <= each["changed_at"]
    assert tx.all("SELECT enabled FROM workflow") == [(False,)]
    ((made, state),) = [(kept.read(row), row["state"]) for row in kept.page(tx, 9)[0]]
    assert state == "draft"
    assert len(list(recipients.people(tx, made.audience))) == 8
    assert shown.preview(tx, made, 0)["problem"] is None
    assert tx.value("SELECT COUNT(*) FROM mail") == 0


def test_clear_leaves_tickets_of_others_and_a_campaign_that_sends(site: Site) -> None:
    sample = Sample(site, by="ann")
    sample.load("hosting")
    own = Tickets(site, by="ann").open(Opening("Mine", "x", requester_name="Kim")).ticket["id"]
    Tickets(site, by="ann").note(1, "Looked at it.")
    database.write(lambda tx: kept.move(tx, 1, ("draft",), "scheduled", 1.0, starts_at=1e12))
    (why,) = sample.clear().kept
    assert why["why"] == "it is scheduled: cancel it first"
    assert everything() == {"ticket": 1, "campaign": 1}
    assert tickets.one(database.read(), own, 1.0) is not None
    with pytest.raises(Refusal, match="campaign Maintenance on Saturday already"):
        sample.load("hosting")
    database.write(lambda tx: kept.move(tx, 1, ("scheduled",), "cancelled", 1.0))
    assert sample.clear().objects == {"campaign": 1}
    assert sample.load("hosting").objects["ticket"] == 6


def test_a_secret_that_was_given_to_a_sample_goes_with_it(site: Site) -> None:
    sample = Sample(site, by="ann")
    sample.load("hosting")
    row = read.live(database.read(), "server", read_by="local")[0]
    Objects(site, by="ann").change(KINDS_BY_NAME["server"], row["id"], {"token": "a word in clear"}, None)
    assert database.read().value("SELECT COUNT(*) FROM secret") == 1
    sample.clear()
    assert database.read().value("SELECT COUNT(*) FROM secret") == 0


def test_what_an_import_brings_is_no_sample(site: Site) -> None:
    sample = Sample(site, by="ann")
    sample.load("hosting")
    data = b"name,parent\nImported,Reseller South\n"
    import_file(site, KINDS_BY_NAME["organisation"], data, by="ann", preview=False)
    sample.clear()
    assert set(live("organisation")) == {"Imported", "Reseller South", "Sample Provider"}


def test_the_services_of_monitoring_do_real_work_on_it(site: Site) -> None:
    with receiver() as page:
        Sample(site, by="ann").load("hosting", page.port)
        context = testing_context(monitoring.run, now=datetime.fromtimestamp(site.clock.now(), UTC))
        looked = call(monitoring.run, context, monitoring.Options(stay=0))
    assert looked is not None
    assert looked.counts["looked"] == read.count(database.read(), "check")
    levels = dict(
        database.read().all(
            "SELECT c.name, s.level FROM check_state s JOIN service_check c ON c.id = s.check_id"
        )
    )
    assert (levels["port"], levels["health"]) == ("good", "good")
    assert "unknown" not in levels.values()
    sampled = call(server_stats.run, testing_context(server_stats.run), server_stats.Options(shortest=0.1))
    assert sampled is not None
    assert sampled.counts["samples"] > 10


@pytest.mark.parametrize(
    ("web", "port", "page"),
    [
        (Web(), None, ("127.0.0.1", 8080)),
        (Web(port=0), None, None),
        (Web(port=0), 4711, ("127.0.0.1", 4711)),
        (Web(host="0.0.0.0"), None, ("127.0.0.1", 8080)),
        (Web(host="::"), None, ("::1", 8080)),
        (Web(host="localhost"), None, ("127.0.0.1", 8080)),
    ],
)
def test_checks_ask_the_page_where_it_is(
    site: Site, web: Web, port: int | None, page: tuple[str, int] | None
) -> None:
    settings = site.settings.model_copy(update={"web": web})
    assert surroundings(Site(settings, site.catalogue, site.clock, site.profiles), port).page == page


def test_a_page_that_runs_is_checked_at_the_port_it_has(site: Site) -> None:
    here = site.settings.node.name
    for number, (node, port, ended_at) in enumerate(
        ((here, 4710, 5.0), (here, 4711, None), ("elsewhere", 4712, None), (here, None, None)), 1
    ):
        process(number, node=node, kind="web", port=port, ended_at=ended_at)
    done = Sample(site, by="ann").load("hosting")
    ports = {row["port"] for row in read.live(database.read(), "check", kind="tcp")}
    assert (4711 in ports, 8080 in ports) == (True, False)
    assert "the page is checked at port 4711, where it runs" in done.notes


def test_without_a_page_the_port_of_the_settings_is_told(site: Site) -> None:
    done = Sample(site, by="ann").load("hosting")
    assert "no page runs here: it is checked at port 8080, that of the settings" in done.notes


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("sqlite:///var/tickworks.db", None),
        ("postgresql://user@db.example.org/name", ("db.example.org", 5432)),
        ("postgresql://user:secret@[::1]:5433/name", ("::1", 5433)),
        ("postgresql://user@localhost/name", ("127.0.0.1", 5432)),
        ("postgresql:///name", None),
        ("postgresql:///name?host=/run/postgresql", None),
    ],
)
def test_a_database_is_checked_where_it_is_a_server(
    site: Site, url: str, place: tuple[str, int] | None
) -> None:
    settings = site.settings.model_copy(update={"database": Database(url=url), "broker": Broker()})
    found = surroundings(Site(settings, site.catalogue, site.clock, site.profiles))
    assert (found.database, found.broker) == (place, None)


KINDS_BY_NAME = {kind.name: kind for kind in KINDS}


def test_the_voice_sample_is_a_carrier_whose_calls_are_rated_on_both_sides_and_is_cleared(site: Site) -> None:
    now = int(site.clock.now())
    sample = Sample(site, by="ann")
    done = sample.load("voice")
    assert done.objects == everything()
    assert done.objects["code"] >= 20_000
    assert len(live("organisation", kind="customer")) == len(live("organisation", kind="vendor")) == 2
    (collector,) = read.live(database.read(), "collector")
    files = sorted((site.settings.logs.dir.parent / collector["folder"]).glob(collector["mask"]))
    assert done.notes[-1].startswith(f"{len(files)} files of calls wait in ")
    calls = [line.split(",") for file in files for line in file.read_text().splitlines()[1:]]
    legs = [Leg(now - 60, int(call[8]), call[4], call[3], host=call[1]) for call in calls]
    legs += [Leg(now - 60, int(call[8]), call[4], call[3], host=call[2], origin="term") for call in calls]
    reasons = Counter(rate(book.load(database.read()), Legs.of(legs)).reason.tolist())
    assert len(legs) > 5_000
    assert reasons[Reason.RATED] / len(legs) > 0.99
    assert sample.clear().shown() == {"objects": done.objects, "kept": []}
    assert everything() == {}


def test_a_folder_that_cannot_be_written_is_said_and_stops_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.sample.voice.many", lambda: ())
    site.settings.logs.dir.parent.mkdir(parents=True, exist_ok=True)
    (site.settings.logs.dir.parent / "calls").write_text("no folder")
    done = Sample(site, by="ann").load("voice")
    assert done.objects["gateway"] == 1
    assert "calls could not be written" in done.notes[-1]
