"""Does the editor show and save every field, tell what is wrong where it is, and never overwrite?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from store import change, database
from tests.support.visitors import FILE, Application, running_application
from tests.web.pages.editor_form import Fields, Form
from web.shown import services

MODULES = '[catalogue]\nmodules = ["tests.web.pages.editor_services"]\n'
HTMX = {"hx-request": "true"}


@pytest.fixture
def site(tmp_path: Path, engine_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    yield from running_application(tmp_path, monkeypatch, FILE + MODULES)


def opened(client: TestClient, name: str = "keeper") -> Form:
    answer = client.get(f"/services/{name}/edit", headers=HTMX)
    assert answer.status_code == 200
    return Form(answer.text)


def send(client: TestClient, form: Form, name: str = "keeper", do: str = "apply", **changed: Any) -> Any:
    """Press a button of the form with these fields changed; names use __ for a dot."""
    fields: Fields = form.fields | {key.replace("__", "."): value for key, value in changed.items()}
    return client.post(f"/services/{name}/edit", data={**fields, "do": do}, headers=HTMX)


def now(site: Application, name: str = "keeper") -> dict[str, Any]:
    return services.one(site.site, database.read(), name)


@pytest.mark.parametrize(
    ("field", "typed", "key", "value"),
    [
        ("enabled", ["no"], "status", "disabled"),
        ("period", ["10"], "period", 10),
        ("align", ["5"], "align", 5),
        ("priority", ["0"], "priority", 0),
        ("parallel", ["3"], "parallel", 3),
        ("time_limit", ["1 h 30 min"], "time_limit", 5400.0),
        ("misfire", ["skip"], "misfire", "skip"),
        ("misfire_window", ["1 min 30 s"], "misfire_window", 90.0),
        ("overlap", ["queue_all"], "overlap", "queue_all"),
        ("retries", ["7"], "retries", 7),
        ("retry_lost", ["yes"], "retry_lost", True),
        ("logging", ["on"], "logging", True),
        ("options.keep", ["20"], "keep", 20),
        ("options.mode", ["tables"], "mode", "tables"),
        ("options.grace", ["2 h"], "grace", 7200.0),
        ("options.notify", ["a@example.org, b@example.org"], "notify", ["a@example.org", "b@example.org"]),
        ("options.verify", [], "verify", False),
        ("options.note", ["<b>1 & 2</b>"], "note", "<b>1 & 2</b>"),
    ],
)
def test_each_field_is_saved_and_shown_again(
    site: Application, field: str, typed: list[str], key: str, value: Any
) -> None:
    client = site.signed_in("admin")
    before = now(site)
    changed: Any = {field.replace(".", "__"): typed}
    answer = send(client, opened(client), **changed)
    assert "Keeper: saved" in answer.text
    after = now(site)
    assert (after["options"] if field.startswith("options.") else after)[key] == value
    assert Form(answer.text).fields.get(field, []) == typed
    moved = {name for name in after if after[name] != before[name]}
    assert moved <= {key, "options", "revision", "edited", "schedule", "schedule_source", "next_due_at",
                     "status_reason", "misfire_window"}  # fmt: skip


def test_periodical_becomes_fixed_time_and_back(site: Application) -> None:
    client = site.signed_in("admin")
    answer = send(
        client, opened(client), kind=["fixed_time"], times=["05:30, 17:30"], zone=["Europe/Paris"],
        weekdays=["mon", "fri"], days=["1, last"],
    )  # fmt: skip
    row = now(site)
    assert (row["kind"], row["times"], row["zone"]) == ("fixed_time", ["05:30", "17:30"], "Europe/Paris")
    assert (row["weekdays"], row["days"]) == (["mon", "fri"], [1, "last"])
    form = Form(answer.text)
    assert (form.fields["weekdays"], form.fields["days"]) == (["mon", "fri"], ["1, last"])
    send(client, form, kind=["periodic"], period=["5"], align=["2"])
    assert now(site)["schedule"] == "every 5 min at :02"


def test_a_step_is_switched(site: Application) -> None:
    client = site.signed_in("admin")
    form = opened(client)
    del form.fields["tasks.Sweep old archives"]
    answer = send(client, form)
    assert [task["enabled"] for task in now(site)["tasks"]] == [False, True]
    assert "destroy" in answer.text
    assert "1 step switched here" in answer.text


def test_logging_ends_by_itself(site: Application) -> None:
    client = site.signed_in("operator")
    answer = send(client, opened(client), logging=["7200"])
    assert now(site)["logging_until"] is not None
    until = database.read().value("SELECT logging_until FROM service WHERE name = 'keeper'")
    assert until - site.clock.now() == 7200
    assert Form(answer.text).fields["logging"] == ["keep"]
    send(client, Form(answer.text), enabled=["no"])
    assert database.read().value("SELECT logging_until FROM service WHERE name = 'keeper'") == until


def test_a_form_that_was_not_touched_changes_nothing(site: Application) -> None:
    client = site.signed_in("admin")
    for name in ("keeper", "grouped", "gateway", "cleaner"):
        entries = len(change.latest(database.read()))
        answer = send(client, opened(client, name), name)
        assert "nothing was changed" in answer.text
        assert len(change.latest(database.read())) == entries


def test_ok_closes_the_dialog_and_says_so(site: Application) -> None:
    client = site.signed_in("admin")
    answer = send(client, opened(client), do="ok", priority=["1"], reason=["a try"])
    assert '<hx-partial hx-target="#dialog" hx-swap="innerHTML"></hx-partial>' in answer.text
    assert "Keeper: saved" in answer.text
    assert change.latest(database.read(), 1)[0]["reason"] == "a try"


def test_without_script_it_is_a_page_that_goes_back_to_the_table(site: Application) -> None:
    client = site.signed_in("admin")
    page = client.get("/services/keeper/edit").text
    assert "<html" in page
    answer = client.post("/services/keeper/edit", data={**Form(page).fields, "priority": "1", "do": "ok"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Keeper: saved" in client.get("/").text


def test_apply_stays_open_on_the_fresh_revision(site: Application) -> None:
    client = site.signed_in("admin")
    form = Form(send(client, opened(client), priority=["1"]).text)
    assert "Keeper: saved" in send(client, form, priority=["2"]).text
    assert now(site)["priority"] == 2


def test_a_newer_edit_is_shown_and_not_overwritten(site: Application) -> None:
    ann, bob = site.signed_in("admin"), site.signed_in("admin")
    form = opened(ann)
    send(bob, opened(bob), priority=["1"], retries=["5"], reason=["evening load"])
    answer = send(ann, form, priority=["9"], period=["10"])
    assert answer.status_code == 409
    assert (now(site)["priority"], now(site)["period"]) == (1, 6)
    assert "admin changed it at" in answer.text
    assert "evening load" in answer.text
    table = answer.text.split("What differs")[1].split("</table>")[0]
    assert "<td>9</td><td>1</td>" in table
    assert "Retries" in table
    assert "not changed by you" in table
    again = Form(answer.text)
    assert (again.fields["priority"], again.fields["period"]) == (["9"], ["10"])
    assert "Take theirs" in answer.text
    assert "Keeper: saved" in send(ann, again).text
    assert (now(site)["priority"], now(site)["period"], now(site)["retries"]) == (9, 10, 5)


def test_ones_own_period_stays_where_somebody_has_changed_the_kind(site: Application) -> None:
    ann, bob = site.signed_in("admin"), site.signed_in("admin")
    form = opened(ann)
    send(bob, opened(bob), kind=["fixed_time"], times=["05:30"])
    answer = send(ann, form, period=["10"])
    assert answer.status_code == 409
    send(ann, Form(answer.text))
    assert (now(site)["kind"], now(site)["period"]) == ("periodic", 10)


def test_a_form_without_its_revision_overwrites_nothing(site: Application) -> None:
    client = site.signed_in("admin")
    assert send(client, opened(client), revision=[""], priority=["1"]).status_code == 409
    assert now(site)["priority"] == 5


def test_a_problem_stands_at_its_field_and_nothing_typed_is_lost(site: Application) -> None:
    client = site.signed_in("admin")
    answer = send(
        client, opened(client), priority=["99"], period=["soon"], options__keep=["many"], retries=["4"]
    )
    assert answer.status_code == 422
    form = Form(answer.text)
    assert "0 (first) to 10" in form.problem("priority")
    assert "1 to 60 whole minutes" in form.problem("period")
    assert "integer" in form.problem("options.keep")
    assert form.problem("retries") == ""
    typed = {name: form.fields[name] for name in ("priority", "period", "options.keep", "retries")}
    assert typed == {"priority": ["99"], "period": ["soon"], "options.keep": ["many"], "retries": ["4"]}
    assert 'role="alert" tabindex="-1" autofocus' in answer.text
    assert now(site)["retries"] == 0


def test_an_emptied_period_is_a_problem(site: Application) -> None:
    client = site.signed_in("admin")
    assert Form(send(client, opened(client), period=[""]).text).problem("period")


def test_the_preview_says_starts_problems_and_warnings(site: Application) -> None:
    client = site.signed_in("admin")
    fields = opened(client).fields

    def look(**typed: str) -> str:
        return client.post("/services/keeper/preview", data={**fields, **typed}, headers=HTMX).text

    assert look().count("<li><time") == 5
    assert "every 5 min at :02" in look(period="5", align="2")
    assert ":02, :07, :12" in look(period="5", align="2")
    assert "counted from midnight" in look(period="7")
    wrong = look(period="240", align="0")
    assert 'name="fill" value="00:00, 04:00, 08:00, 12:00, 16:00, 20:00"' in wrong
    assert '<hx-partial hx-target="#problem-period" hx-swap="innerHTML">expected 1 to 60' in wrong
    gap = look(kind="fixed_time", times="02:30", zone="Europe/Berlin")
    assert "Europe/Berlin" in gap
    assert 'aria-label="Warnings"' in gap
    assert now(site)["schedule"] == "every 6 min at :03"


def test_one_click_turns_a_long_period_into_fixed_times(site: Application) -> None:
    client = site.signed_in("admin")
    answer = send(client, opened(client), do="", fill=["00:00, 12:00"], period=["720"], priority=["2"])
    form = Form(answer.text)
    assert (form.fields["kind"], form.fields["times"]) == (["fixed_time"], ["00:00, 12:00"])
    assert form.fields["priority"] == ["2"]
    assert now(site)["kind"] == "periodic"
    send(client, form)
    assert now(site)["times"] == ["00:00", "12:00"]


def test_an_edited_value_says_so_and_goes_back(site: Application) -> None:
    client = site.signed_in("admin")
    answer = send(client, opened(client), priority=["9"], period=["10"], options__keep=["20"])
    assert "edited here; the code says 5" in answer.text
    assert "the code says every 6 min at :03" in answer.text
    back = ["priority", "schedule", "options"]
    send(client, Form(answer.text), revert=back, retries=["1"], priority=["3"], period=["12"])
    row = now(site)
    assert (row["priority"], row["period"], row["options"]["keep"], row["retries"]) == (5, 6, 14, 1)
    assert row["edited"] == ["retries"]


def test_one_option_and_one_step_go_back_alone(site: Application) -> None:
    client = site.signed_in("admin")
    changed = {"options.keep": ["30"], "options.note": ["x"], "tasks.Sweep old archives": []}
    answer = send(client, opened(client), **changed, **{"tasks.Send the list": []})
    form = Form(answer.text)
    assert answer.text.count("go back<span") >= 4
    # What is typed into a field that is to go back counts for nothing.
    send(client, form, revert=["options.keep", "tasks.Send the list"], **{"options.keep": ["99"]})
    row = now(site)
    assert (row["options"]["keep"], row["options"]["note"]) == (14, "x")
    assert [task["enabled"] for task in row["tasks"]] == [False, True]


def test_the_preview_follows_what_is_to_go_back(site: Application) -> None:
    client = site.signed_in("admin")
    fields = Form(send(client, opened(client), period=["10"]).text).fields
    data = {**fields, "revert": ["schedule"]}
    assert "every 6 min at :03" in client.post("/services/keeper/preview", data=data, headers=HTMX).text


def test_a_service_with_run_groups_says_why_it_runs_once(site: Application) -> None:
    form = opened(site.signed_in("admin"), "grouped")
    assert "parallel" in form.disabled
    assert "run groups allow one run" in form.texts["help-parallel"]


def test_operators_change_status_and_logging_only(site: Application) -> None:
    client = site.signed_in("operator")
    form = opened(client)
    assert {"enabled", "logging", "reason"} <= set(form.fields)
    assert {"period", "priority", "options.keep", "tasks.Send the list", "misfire"} <= form.disabled
    assert "Keeper: saved" in send(client, form, enabled=["no"]).text
    assert now(site)["status"] == "disabled"
    refused = send(client, opened(client), priority=["1"])
    assert refused.status_code == 403
    assert send(client, opened(client), revert=["priority"]).status_code == 403
    assert (now(site)["priority"], now(site)["options"]["verify"]) == (5, True)


def test_viewers_look_and_have_no_buttons(site: Application) -> None:
    client = site.signed_in("viewer")
    form = opened(client)
    assert {"enabled", "logging", "priority"} <= form.disabled
    assert not {"ok", "apply", "restart"} & set(form.buttons)
    assert client.post("/services/keeper/edit", data=form.fields, headers=HTMX).status_code == 403


def test_a_daemon_has_instances_and_restarts(site: Application) -> None:
    client = site.signed_in("admin")
    form = opened(client, "gateway")
    assert "period" not in form.fields
    assert "Gateway: saved" in send(client, form, "gateway", instances=["one"]).text
    assert now(site, "gateway")["instances"] == "one"
    operator = site.signed_in("operator")
    said = send(operator, opened(operator, "gateway"), "gateway", do="restart").text
    assert "Gateway: 0 instances restart" in said
    assert change.latest(database.read(), 1)[0]["action"] == "restart"


def test_what_is_typed_is_only_text(site: Application) -> None:
    client = site.signed_in("admin")
    evil = '"><script>alert(1)</script>'
    answer = send(client, opened(client), priority=[evil], options__note=[evil], reason=[evil], times=[evil])
    assert "<script" not in answer.text
    assert Form(answer.text).fields["options.note"] == [evil]
    data = {**opened(client).fields, "period": evil, "zone": evil, "kind": evil}
    assert "<script" not in client.post("/services/keeper/preview", data=data, headers=HTMX).text


@pytest.mark.parametrize("was", ["", "[]", "{", '{"period": 5}', "null"])
def test_a_form_that_is_none_of_ours_is_refused(site: Application, was: str) -> None:
    client = site.signed_in("admin")
    answer = send(client, opened(client), was=[was], priority=["1"])
    assert answer.status_code == 409
    assert "open the editor again" in answer.text
    assert now(site)["priority"] == 5


@pytest.mark.parametrize("name", ["no_such_service", "blackberry_monitor", "<b>"])
def test_what_cannot_be_edited_says_why(site: Application, name: str) -> None:
    answer = site.signed_in("admin").get(f"/services/{name}/edit", headers={"accept": "text/html"})
    assert answer.status_code in (404, 409)
    assert "<b>" not in answer.text


def test_the_form_holds_what_it_was_made_with(site: Application) -> None:
    was = json.loads(opened(site.signed_in("admin")).fields["was"][0])
    assert (was["period"], was["options.verify"], was["retry_lost"]) == (["6"], ["yes"], [])
