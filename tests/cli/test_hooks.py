"""From an empty site to a hook that is told: set up by command, tried, held, live, paused and resumed."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.cli.conftest import Site, make_site
from tests.support.http_receiver import Receiver, receiver
from tests.support.process import end


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = make_site(tmp_path)
    (tmp_path / "key").write_text("a key for signing\n")
    (tmp_path / "key").chmod(0o600)
    return made


def run(site: Site) -> str:
    """The Provisioning Manager runs; how it ended."""
    site.say("run", "provisioning_manager", "--wait")
    runs = site.say("runs", "--service", "provisioning_manager", "--json").json["runs"]
    return str(runs[0]["outcome"])


def names(there: Receiver) -> list[str]:
    return [json.loads(got.body)["event"]["name"] for got in there.got]


def states(site: Site) -> list[str]:
    return [each["state"] for each in site.say("hooks", "calls", "--json").json["calls"]]


def test_the_way_from_an_empty_site_to_a_call_that_arrived(site: Site) -> None:
    with receiver() as there:
        node = site.up("--seconds", "120")
        try:
            assert "no hooks" in site.say("hooks", "list").err
            words = (f"address={there.url}", f"secret=file:{site.folder / 'key'}", "events=organisation.*")
            assert site.say("object", "set", "event_hook", "crm", *words).code == 0
            refused = site.say("object", "test", "event_hook", "crm")
            assert (refused.code, "is not public" in refused.out + refused.err) == (1, True)
            assert site.say("object", "set", "event_hook", "crm", "allow_private=yes").code == 0
            assert site.say("object", "test", "event_hook", "crm").code == 0
            assert names(there) == ["test"]
            run(site)
            assert site.say("object", "set", "organisation", "acme").code == 0
            assert run(site) == "done"
            assert (states(site), names(there)) == (["queued"], ["test"])
            assert "Tell hook crm of organisation.create" in site.say("site", "held", "--json").out
            assert site.say("site", "go-live", "system").code == 0
            assert run(site) == "done"
            assert (states(site), names(there)) == (["done"], ["test", "organisation.create"])
            assert "paused" in site.say("hooks", "pause", "crm", "--reason", "they move").out
            site.say("object", "archive", "organisation", "acme")
            run(site)
            assert states(site) == ["queued", "done"]
            assert site.say("hooks", "resume", "crm").code == 0
            run(site)
            assert names(there)[2:] == ["organisation.archive"]
        finally:
            node.send_signal(signal.SIGINT)
            end(node)


def test_what_cannot_be_is_refused_in_one_line(site: Site) -> None:
    site.say("maintenance", "off")
    assert site.say("hooks", "pause", "nobody").code == 4
    assert site.say("hooks", "resume", "nobody").code == 4
    assert site.say("hooks", "retry", "7").code == 4
    assert site.say("hooks", "calls", "--hook", "nobody").code == 4
    assert site.say("hooks", "calls", "--state", "away").code == 2
    assert site.say("hooks", "calls", "--json").json == {"calls": [], "next": None}
