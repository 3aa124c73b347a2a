"""Do `tickworks servers` and `tickworks checks` tell how servers are?"""

from __future__ import annotations

from config.load import load
from node.site import open_site
from store import database
from tests.cli.conftest import Site
from tests.support.watched_site import watch


def test_servers_and_checks_are_shown(site: Site) -> None:
    site.say("object", "set", "organisation", "Acme")
    assert "read_by=local" in site.say("servers").err
    assert "kind=http" in site.say("checks").err
    database.open(f"sqlite:///{site.folder}/var/tickworks.db")
    watch(open_site(load(site.folder / "tickworks.toml", {})))
    database.close()
    said = site.say("servers").out
    assert "88 % /var" in said
    assert "1 failed" in said
    assert site.say("servers", "--json").json["servers"][0]["cpu"] == 42
    rows = site.say("checks", "--state", "failed", "--search", "WEB", "--json").json["checks"]
    assert [row["name"] for row in rows] == ["bad"]
    assert "500 ms" in site.say("checks").out
    assert site.say("checks", "--state", "broken").err.startswith("error: --state: expected one of")
