"""Do the services that ship with work of their own do it in a whole system, on what is really there?"""

from __future__ import annotations

import json

import pytest

from store import database, sample
from store.run import step
from tests.integration.conftest import StartSite
from tests.support.site import RunningSite

SERVICES = """
from actors import Context, service


@service()
def nothing(context: Context) -> None: ...
"""

SETTINGS = """
[history]
keep_days = 7
[site]
profiles = ["monitoring"]
"""


def test_the_three_built_services_work_on_the_machine_they_run_on(
    start_site: StartSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = RunningSite._settings
    monkeypatch.setattr(RunningSite, "_settings", lambda site: plain(site).replace("[site]", SETTINGS))
    site = start_site(SERVICES)

    ended = {}
    for name in ("server_stats", "sync_health_metrics", "cleaner"):
        run_id = site.force(name)
        ended[name] = site.until_state(run_id, "succeeded", "failed", "cancelled", "lost")

    assert {name: (run["state"], run["error"]) for name, run in ended.items()} == dict.fromkeys(
        ended, ("succeeded", None)
    )
    metrics = {
        node: {each.metric: each.value for each in sample.latest(database.read(), node)}
        for node in ("n1", "")
    }
    assert 0 <= metrics["n1"]["cpu.percent"] <= 100
    assert metrics[""]["engine.slots"] == 8
    steps = step.of_run(database.read(), ended["cleaner"]["id"])
    assert [each["state"] for each in steps] == ["done", "done"]
    options = database.read().value("SELECT options FROM service WHERE name = 'cleaner'")
    assert json.loads(options)["keep_days"] == 7
