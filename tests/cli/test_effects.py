"""Does a new site hold back what would leave it, until an admin says so by command?"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import FILE, Site, make_site
from tests.support.process import end

TEXT = FILE.replace('"tests.cli.demo_services"', '"tests.cli.demo_effects"')


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path, TEXT)


def family(site: Site, name: str = "dns") -> dict[str, Any]:
    rows: list[dict[str, Any]] = site.say("site", "status", "--json").json["families"]
    return next(row for row in rows if row["family"] == name)


def message(site: Site) -> str:
    assert site.say("run", "zones", "--wait").code == 0
    run = site.say("runs", "--service", "zones", "--json").json["runs"][0]["id"]
    return str(site.say("run-show", str(run), "--json").json["message"])


def test_the_way_from_observing_to_live(site: Site) -> None:
    node = site.up("--seconds", "90")
    try:
        assert site.say("jobs", "add", "zone_create", "--org", "acme").code == 0
        assert message(site) == "destroys: False"
        said = site.say("site", "held")
        assert "Write zone acme" in said.out
        assert site.say("site", "release", "1").out == "1 act released\n"
        assert message(site) == "acme; destroys: False"
        assert (family(site)["held"], family(site)["jobs"]) == (1, 1)
        live = site.say("site", "go-live", "dns", "--reason", "looked")
        assert live.out == "dns is live: 1 held act and 1 job released\n"
        assert site.say("site", "destroy", "on", "zones", "2").out == "step 2 of zones destroys\n"
        assert message(site) == "acme, beta; destroys: True"
        assert [row["state"] for row in site.say("jobs", "list", "--all", "--json").json["jobs"]] == ["done"]
        back = site.say("site", "observe", "dns")
        assert (back.out, family(site)["observes"]) == ("dns observes\n", True)
    finally:
        node.send_signal(signal.SIGINT)
        end(node)


def test_what_cannot_be_is_refused_in_one_line(site: Site) -> None:
    said = site.say("site", "go-live", "dnss")
    assert (said.code, "did you mean dns?" in said.err) == (4, True)
    assert site.say("site", "release", "7").code == 4
    assert site.say("site", "drop").code == 2
    assert site.say("site", "drop", "1", "--family", "dns").code == 2
    assert "its effect is outward" in site.say("site", "destroy", "on", "zones", "1").err
    assert site.say("site", "held", "--state", "lost").code == 2


def test_a_second_time_says_that_it_was_so(site: Site) -> None:
    assert site.say("site", "go-live", "dns").code == 0
    assert site.say("site", "go-live", "dns").out == "dns was live already\n"
    assert site.say("site", "drop", "--family", "dns").out == "0 acts dropped\n"
