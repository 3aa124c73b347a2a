"""The form of a run: arguments, a node, one step, a reason, in front of others, although disabled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from store import database, node
from tests.support.visitors import FILE, Application, running_application
from tests.web.pages.editor_form import Form

MODULES = '[catalogue]\nmodules = ["tests.web.pages.run_services"]\n'
HTMX = {"hx-request": "true"}


@pytest.fixture
def site(tmp_path: Path, engine_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    for made in running_application(tmp_path, monkeypatch, FILE + MODULES):
        up(made)
        yield made


def up(made: Application) -> None:
    """A node that may run everything."""
    database.write(
        lambda tx: node.join(
            tx,
            name="n1",
            roles=("master",),
            services=("anything", "bills"),
            host="h",
            version="1",
            incarnation="n1.1",
            now=made.clock.now(),
        )
    )


def opened(client: TestClient, name: str = "bills", query: str = "") -> Form:
    answer = client.get(f"/services/{name}/run{query}", headers=HTMX)
    assert answer.status_code == 200
    return Form('id="editor"' + answer.text)


def send(client: TestClient, form: Form, name: str = "bills", **changed: Any) -> Any:
    fields = form.fields | {key.replace("__", "."): [value] for key, value in changed.items()}
    return client.post(f"/services/{name}/run", data=fields, headers=HTMX)


def runs() -> list[dict[str, Any]]:
    return database.read().dicts("SELECT * FROM run ORDER BY id")


def test_a_run_has_what_the_form_asks_for(site: Application) -> None:
    client = site.signed_in("operator")
    form = opened(client)
    answer = send(
        client,
        form,
        args__day="2026-03-01",
        args__how="final",
        args__within="2 h",
        args__dry="yes",
        node="n1",
        step="2",
        reason="a complaint",
    )
    assert answer.status_code == 200
    assert 'hx-target="#dialog"' in answer.text  # it closes
    (run,) = runs()
    assert json.loads(run["args"]) == {
        "day": "2026-03-01",
        "how": "final",
        "most": 100,
        "within": 7200.0,
        "dry": True,
    }
    assert (run["for_node"], run["step"], run["request_reason"]) == ("n1", 2, "a complaint")


def test_fields_say_what_they_are(site: Application) -> None:
    client = site.signed_in("operator")
    text = client.get("/services/bills/run", headers=HTMX).text
    assert "the one that is billed" in text
    fields = opened(client).fields
    assert (fields["args.most"], fields["args.within"], fields["args.how"]) == (["100"], ["1 h"], ["draft"])
    assert "<html" in client.get("/services/bills/run").text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"args__day": ""}, "day is required"),
        ({"args__day": "x", "args__most": "many"}, "most: input should be a valid integer"),
        ({"args__day": "x", "args__how": "sent"}, "how: input should be &#39;draft&#39; or &#39;final&#39;"),
        ({"args__day": "x", "node": "n9"}, "no node &#39;n9&#39;"),
        ({"args__day": "x", "step": "7"}, "Bills has no step 7"),
    ],
)
def test_what_it_cannot_take_is_told_and_nothing_runs(
    site: Application, changed: dict[str, str], said: str
) -> None:
    client = site.signed_in("operator")
    answer = send(client, opened(client), **changed)
    assert answer.status_code == 409
    assert said in answer.text
    assert runs() == []


def test_one_form_makes_one_run_however_often_it_is_sent(site: Application) -> None:
    client = site.signed_in("operator")
    form = opened(client)
    for _ in range(2):
        assert send(client, form, args__day="x").status_code == 200
    assert len(runs()) == 1


def test_only_an_admin_stops_who_holds_what_it_needs(site: Application) -> None:
    operator, admin = site.signed_in("operator"), site.signed_in("admin")
    assert "preempt" not in operator.get("/services/bills/run", headers=HTMX).text
    assert send(operator, opened(operator), args__day="x", preempt="yes").status_code == 403
    assert runs() == []
    assert 'name="preempt"' in admin.get("/services/bills/run", headers=HTMX).text
    assert send(admin, opened(admin), args__day="x", preempt="yes").status_code == 200
    assert [run["preempt"] for run in runs()] == [1]


def test_a_disabled_service_runs_once_by_the_form_and_not_by_the_button(site: Application) -> None:
    client = site.signed_in("operator")
    client.post("/services/anything/disable", headers=HTMX)
    assert 'aria-label="Run Anything once"' in client.get("/").text
    assert client.post("/services/anything/run", headers=HTMX).status_code == 409
    assert runs() == []
    form = opened(client, "anything")
    assert "Anything: run " in send(client, form, "anything").text
    assert [run["service"] for run in runs()] == ["anything"]
    assert site.audit()[0]["action"] == "run although disabled"


def test_a_service_that_declares_no_arguments_takes_any(site: Application) -> None:
    client = site.signed_in("operator")
    send(client, opened(client, "anything"), "anything", arguments=" day = 2026-03-01\n\nids=[1, 2]")
    assert [json.loads(run["args"]) for run in runs()] == [{"day": "2026-03-01", "ids": [1, 2]}]
    wrong = send(client, opened(client, "anything"), "anything", arguments="day")
    assert (wrong.status_code, "expected NAME=VALUE in each line" in wrong.text) == (409, True)


def test_a_run_like_another_has_its_arguments_filled_in(site: Application) -> None:
    client = site.signed_in("operator")
    send(client, opened(client), args__day="2026-03-01", args__dry="yes", step="1", node="n1")
    (run,) = runs()
    fields = opened(client, query=f"?like={run['id']}").fields
    assert (fields["args.day"], fields["args.dry"]) == (["2026-03-01"], ["yes"])
    assert (fields["step"], fields["node"]) == (["1"], ["n1"])
    # Another service's run says nothing here, nor does one that never was.
    for query in (f"?like={run['id']}", "?like=999"):
        assert "2026-03-01" not in client.get(f"/services/anything/run{query}", headers=HTMX).text


def test_without_a_script_it_goes_to_the_service(site: Application) -> None:
    client = site.signed_in("operator")
    answer = client.post("/services/bills/run", data=opened(client).fields | {"args.day": ["x"]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/services/bills")


def test_a_daemon_has_no_form(site: Application) -> None:
    client = site.signed_in("operator")
    assert client.get("/services/gateway/run").status_code == 409
    assert "/services/gateway/run" not in client.get("/").text
