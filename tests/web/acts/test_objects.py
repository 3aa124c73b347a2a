"""Do operators' acts on objects hold their promises: nothing unseen is overwritten, no secret comes out?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from config.settings import Settings
from domain.objects.catalogue import find
from node.site import Site
from store import change, database, secret
from tests.support.object_site import add, site
from web.acts.edit_service import Edited, EditProblems
from web.acts.object_named import found
from web.acts.objects import Objects
from web.acts.refusal import Refusal
from web.acts.secrets import Secrets
from web.shown import objects as shown
from web.shown import secrets as shown_secrets

__all__ = ["site"]

SERVER, ORGANISATION = find("server"), find("organisation")
WORD = "correct horse battery"


def snmp(site: Site, name: str = "web1", community: str = WORD) -> dict[str, Any]:
    return add(site, "server", name=name, address="192.0.2.1", read_by="snmp_v2c", community=community)


def acts(site: Site, by: str = "ann") -> Objects:
    return Objects(site, by=by)


def everything_shown(site: Site) -> str:
    """All texts in which a secret could come out."""
    tx = database.read()
    seen: list[Any] = [
        shown.page(tx, SERVER),
        shown.kinds(site, tx),
        list(shown.written(database.read, SERVER)),
    ]
    seen += [shown.one(tx, SERVER, row["id"]) for row in shown.page(tx, SERVER)["objects"]]
    seen += [change.latest(tx), shown_secrets.listing(site.settings, tx)]
    return json.dumps(seen, default=str)


def test_a_secret_goes_in_and_never_comes_out(site: Site) -> None:
    server = snmp(site)
    assert secret.follow(server["community"]) == WORD
    other = acts(site).change(SERVER, server["id"], {"community": "another word"}, 1)
    assert secret.follow(other["community"]) == "another word"
    assert other["revision"] == 2
    seen = everything_shown(site)
    assert WORD not in seen
    assert "another word" not in seen
    rows = database.read().all("SELECT * FROM server")
    assert "another word" not in str(rows)


def test_a_refused_change_says_no_secret_and_changes_none(site: Site) -> None:
    server = snmp(site)
    with pytest.raises(EditProblems) as caught:
        acts(site).change(SERVER, server["id"], {"community": "a new secret word", "port": "x"}, 1)
    assert list(caught.value.problems) == ["port"]
    assert "secret word" not in str(caught.value)
    assert secret.follow(server["community"]) == WORD


def test_a_reference_is_kept_as_it_is(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNITY", WORD)
    server = snmp(site, community="env:COMMUNITY")
    assert server["community"] == "env:COMMUNITY"
    with pytest.raises(EditProblems, match="no such secret"):
        acts(site).change(SERVER, server["id"], {"community": "vault:nothing"}, None)
    Secrets(site, by="ann").set("shared", WORD)
    changed = acts(site).change(SERVER, server["id"], {"community": "vault:shared"}, None)
    assert secret.follow(changed["community"]) == WORD
    with pytest.raises(Refusal, match="is needed by server web1"):
        Secrets(site, by="ann").remove("shared")


def test_what_was_sealed_for_an_object_goes_with_it(site: Site) -> None:
    first, second = snmp(site, "a"), snmp(site, "b")
    with pytest.raises(EditProblems, match="another object"):
        acts(site).change(SERVER, second["id"], {"community": first["community"]}, None)
    acts(site).change(SERVER, first["id"], {"community": "env:X"}, None)
    acts(site).archive(SERVER, second["id"], None)
    assert secret.rows(database.read()) == []


def test_somebody_elses_edit_is_told_and_kept(site: Site) -> None:
    server = add(site, "server", name="web1")
    acts(site, "berta").change(SERVER, server["id"], {"address": "192.0.2.9"}, 1)
    with pytest.raises(Edited, match="by berta") as caught:
        acts(site).change(SERVER, server["id"], {"address": "192.0.2.7"}, 1)
    assert (caught.value.changed_by, caught.value.current["address"]) == ("berta", "192.0.2.9")
    with pytest.raises(Edited):
        acts(site).archive(SERVER, server["id"], 1)


def test_each_act_is_audited_with_before_and_after(site: Site) -> None:
    server = add(site, "server", name="web1")
    acts(site, "berta").change(SERVER, server["id"], {"address": "192.0.2.9"}, 1)
    acts(site, "carl").archive(SERVER, server["id"], 2)
    rows = change.of_object(database.read(), "server web1", 10)
    assert [(row["action"], row["actor"]) for row in rows] == [
        *(("server archive", "carl"), ("server change", "berta"), ("server add", "ann"))
    ]
    assert json.loads(rows[1]["before"])["address"] == ""
    assert json.loads(rows[1]["after"])["address"] == "192.0.2.9"


def test_the_same_key_makes_one_object(site: Site) -> None:
    acting = acts(site)
    first = acting.add(ORGANISATION, {"name": "Acme"}, "k")
    again = acting.add(ORGANISATION, {"name": "Acme"}, "k")
    assert (first.new, again.new, again.object["id"]) == (True, False, first.object["id"])
    with pytest.raises(Refusal, match="another key"):
        acting.add(ORGANISATION, {"name": "Globex"}, "k")
    with pytest.raises(Refusal, match="is there already"):
        acting.add(ORGANISATION, {"name": "acme"}, "other")


def test_archiving_names_who_is_in_the_way(site: Site) -> None:
    organisation = add(site, "organisation", name="Acme")
    add(site, "server", name="web1", organisation="Acme")
    with pytest.raises(Refusal, match="server web1 refers to it") as caught:
        acts(site).archive(ORGANISATION, organisation["id"], None)
    assert caught.value.code == "in_use"


def test_an_archived_object_is_left_alone(site: Site) -> None:
    organisation = add(site, "organisation", name="Acme")
    acts(site).archive(ORGANISATION, organisation["id"], None)
    for act in (
        lambda: acts(site).change(ORGANISATION, organisation["id"], {"name": "B"}, None),
        lambda: acts(site).archive(ORGANISATION, organisation["id"], None),
    ):
        with pytest.raises(Refusal, match="is archived"):
            act()


def test_an_object_is_found_by_the_words_for_it(site: Site) -> None:
    for name in ("a", "b"):
        add(site, "server", name=name)
    made = add(site, "check", server="a", name="page", kind="http")
    add(site, "check", server="b", name="page", kind="http")
    tx, check = database.read(), find("check")
    assert found(tx, check, "A/Page")["id"] == made["id"]
    assert found(tx, check, f"id:{made['id']}")["id"] == made["id"]
    with pytest.raises(Refusal, match="several: say which of a/page, b/page"):
        found(tx, check, "page")
    with pytest.raises(Refusal, match="no check nothing"):
        found(tx, check, "nothing")


def test_a_connection_that_nothing_describes_is_not_tested(site: Site) -> None:
    server = add(site, "organisation", name="Acme")
    with pytest.raises(Refusal, match="nothing to test"):
        acts(site).test(ORGANISATION, server["id"])


def test_a_test_says_what_is_wrong_with_the_secret(site: Site) -> None:
    add(site, "organisation", name="Acme")
    given: dict[str, Any] = {"organisation": "Acme", "host": "127.0.0.1", "port": 1, "security": "none"}
    made = add(
        site, "smtp_settings", **given, sender="a@example.org", username="a", password="env:NOT_SET_HERE"
    )
    ((works, line),) = acts(site).test(find("smtp_settings"), made["id"])
    assert not works
    assert "NOT_SET_HERE is not set" in line


def test_secrets_of_objects_are_named_among_all(site: Site) -> None:
    assert isinstance(site.settings, Settings)
    server = snmp(site)
    listed = shown_secrets.listing(site.settings, database.read())
    assert [(row["name"], row["used_by"]) for row in listed] == [
        (server["community"].removeprefix("vault:"), ["server web1"])
    ]
