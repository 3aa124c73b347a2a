"""Does the page of nodes show what each is and owes, and do the buttons of admins do what they say?"""

from __future__ import annotations

import re

import pytest

from store import database, node
from tests.support.engine import Engine
from tests.support.visitors import Application
from tests.web.pages.world import world

ASKED = {"hx-request": "true"}


@pytest.fixture
def engine(application: Application) -> Engine:
    """Two nodes: n1 of role master, n2 of role reporting."""
    made = world(application)
    made.make_service("mailing", roles=["master"])
    made.make_service("figures", roles=["master", "reporting"])
    made.make_node("n1", roles="master", slots=2)
    made.make_node("n2", roles="reporting", slots=4)
    return made


def row(page: str, name: str) -> str:
    """A node's row, as text without tags."""
    found = re.search(rf'<tr id="node-{name}".*?</tr>', page, re.DOTALL)
    assert found, f"no node {name}"
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_a_row_has_state_slots_roles_and_host(application: Application, engine: Engine) -> None:
    engine.start("mailing")
    text = row(application.signed_in("viewer").get("/nodes").text, "n1")
    assert text.startswith("n1 up for")
    assert "1 of 2 busy master" in text
    assert "here 1" in text


def test_only_admins_see_buttons(application: Application, engine: Engine) -> None:
    for name, sees in (("viewer", False), ("operator", False), ("admin", True)):
        page = application.signed_in(name).get("/nodes").text
        assert ('aria-label="Drain n1"' in page) is sees


def test_processes_are_unfolded_by_the_address(application: Application, engine: Engine) -> None:
    engine.make_process("n1", kind="beat")
    visitor = application.signed_in("viewer")
    assert "beat-1" not in visitor.get("/nodes").text
    page = visitor.get("/nodes?open=n1").text
    assert "beat-1" in page
    assert 'href="/nodes?open=n1&amp;open=n2"' in page


def test_a_click_on_the_page_gets_the_table_and_its_address(application: Application, engine: Engine) -> None:
    answer = application.signed_in("viewer").get("/nodes?open=n1", headers={**ASKED, "hx-target": "table"})
    assert answer.headers["hx-replace-url"] == "/nodes?open=n1"
    assert "<html" not in answer.text


def test_drain_asks_first_and_names_what_nobody_else_can_run(
    application: Application, engine: Engine
) -> None:
    admin = application.signed_in("admin")
    asked = admin.get("/nodes/n1/drain", headers=ASKED).text
    assert "the last allowed node of 1 service" in asked
    assert "Mailing" in asked
    assert "Figures" not in asked
    assert "No service loses its last allowed node" in admin.get("/nodes/n2/drain", headers=ASKED).text
    node_row = node.one(database.read(), "n1")
    assert node_row is not None
    assert node_row["state"] == "up"


def test_a_draining_node_says_until_when_its_runs_may_go_on(application: Application, engine: Engine) -> None:
    engine.start("mailing")
    admin = application.signed_in("admin")
    answer = admin.post("/nodes/n1/drain", data={"timeout": "90", "reason": "new disk"})
    assert answer.headers["location"] == "/nodes"
    page = admin.get("/nodes").text
    assert "n1 drains: what still runs at 2027-01-15 08:01:30 is stopped" in page
    assert "takes nothing new; 1 run still runs until 2027-01-15 08:01:30" in row(page, "n1")
    entry = application.audit()[0]
    assert (entry["action"], entry["actor"], entry["reason"]) == ("drain", "admin", "new disk")
    assert 'aria-label="Undrain n1"' in page
    assert "n1 takes runs again" in admin.post("/nodes/n1/undrain", headers=ASKED).text
    assert row(admin.get("/nodes").text, "n1").startswith("n1 up")


def test_a_node_that_drains_counts_for_nobody(application: Application, engine: Engine) -> None:
    """Figures may run on both: when n2 drains already, n1 is its last one."""
    admin = application.signed_in("admin")
    admin.post("/nodes/n2/drain", data={"timeout": "0"})
    asked = admin.get("/nodes/n1/drain").text
    assert "the last allowed node of 2 services" in asked


@pytest.mark.parametrize("timeout", ["-1", "nan", "1e9", "soon", ""])
def test_a_deadline_that_makes_no_sense_is_refused(
    application: Application, engine: Engine, timeout: str
) -> None:
    admin = application.signed_in("admin")
    answer = admin.post("/nodes/n1/drain", data={"timeout": timeout}, headers=ASKED)
    assert answer.status_code == 422
    assert "timeout" in answer.text
    assert row(admin.get("/nodes").text, "n1").startswith("n1 up")


def test_a_lost_node_says_what_becomes_of_its_runs(application: Application, engine: Engine) -> None:
    now = application.clock.now()
    engine.write(lambda tx: node.set_state(tx, "n2", "lost", now))
    page = application.signed_in("admin").get("/nodes").text
    assert "its lease is over: its runs have ended as lost" in row(page, "n2")
    assert page.index('id="node-n2"') < page.index('id="node-n1"')
    assert 'aria-label="Drain n2"' not in page


def test_a_node_is_resized_within_limits(application: Application, engine: Engine) -> None:
    admin = application.signed_in("admin")
    asked = admin.get("/nodes/n2/resize", headers=ASKED).text
    assert re.search(r'name="threads"[^>]* value="4"', asked)
    said = admin.post("/nodes/n2/resize", data={"processes": "65", "threads": "4"}, headers=ASKED).text
    assert "processes: expected 1 to 64, got 65" in said
    admin.post("/nodes/n2/resize", data={"processes": "2", "threads": "8"})
    assert "n2 gets 2 worker processes of 8 threads" in admin.get("/nodes").text
    assert application.audit()[0]["action"] == "resize"


@pytest.mark.parametrize("path", ["/nodes/nowhere/drain", "/nodes/nowhere/resize"])
def test_a_node_that_is_not_there_is_refused_in_words(
    application: Application, engine: Engine, path: str
) -> None:
    answer = application.signed_in("admin").get(path, headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "there is no node" in answer.text


def test_a_site_without_nodes_says_how_to_start_one(application: Application) -> None:
    assert "No node has joined yet" in application.signed_in("viewer").get("/nodes").text
