"""Can people keep reports, have them mailed and look at them, and only their own?"""

from __future__ import annotations

from typing import Any

import pytest

from store import change, database
from store.report import mailing, queries, schedules
from tests.support.rows import run as add_run
from tests.web.shown.conftest import Scene, scene
from web.acts.refusal import Refusal
from web.acts.reports import Reports, checked, found
from web.shown import reports as shown

__all__ = ["scene"]

DAY = 86_400.0
FAILED: dict[str, Any] = {"name": "Failed", "kind": "runs", "filters": {"state": "failed"}, "columns": ["id"]}


def acts(scene: Scene, by: str = "ann", **more: Any) -> Reports:
    return Reports(scene.site, by=by, **more)


def kept(scene: Scene, **times: Any) -> tuple[int, int]:
    """A report of Ann's with a schedule, by default at 08:00; their ids."""
    query_id = acts(scene).add(**FAILED)
    values: dict[str, Any] = {"times": ["08:00"], "to": ["a@example.org"], **times}
    return query_id, acts(scene).schedule(query_id, **values)


def one(scene: Scene, query_id: int) -> dict[str, Any]:
    row = shown.one(scene.site, database.read(), query_id)
    assert row is not None
    return row


def mails() -> int:
    return int(database.read().value("SELECT COUNT(*) FROM mail"))


def refused(work: Any) -> tuple[str, str]:
    with pytest.raises(Refusal) as caught:
        work()
    return caught.value.code, str(caught.value)


def test_a_report_is_kept_with_its_schedule_and_told_to_the_audit(scene: Scene) -> None:
    query_id, schedule_id = kept(scene, zone="Europe/Paris", weekdays=["mon"], form="html")
    row = one(scene, query_id)
    assert (row["name"], row["owner"], row["filters"], row["columns"]) == (
        *("Failed", "ann", {"state": ["failed"]}, ["id"]),
    )
    (each,) = row["schedules"]
    assert (each["id"], each["schedule"], each["recipients"], each["format"], each["enabled"]) == (
        *(schedule_id, "08:00 Europe/Paris mon", ["a@example.org"], "html", True),
    )
    assert each["next_at"] == "2027-01-18T07:00:00.000Z"
    entries = change.latest(database.read())
    assert [(entry["actor"], entry["action"], entry["object"]) for entry in entries] == [
        ("ann", "report schedule", "report Failed"),
        ("ann", "report add", "report Failed"),
    ]


def test_a_name_is_taken_once_and_free_again_when_it_is_archived(scene: Scene) -> None:
    query_id = acts(scene).add(**FAILED)
    assert refused(lambda: acts(scene, "bob").add(**{**FAILED, "name": "FAILED"}))[0] == "exists"
    acts(scene).archive(query_id)
    assert acts(scene).add(**FAILED) > query_id
    assert [row["name"] for row in shown.listing(scene.site, database.read())] == ["Failed"]


def test_a_change_is_refused_when_somebody_was_faster_or_the_name_is_taken(scene: Scene) -> None:
    query_id = acts(scene).add(**FAILED)
    acts(scene).add(**{**FAILED, "name": "Other"})
    acts(scene).change(query_id, 1, **{**FAILED, "name": "Failed or lost"})
    assert refused(lambda: acts(scene).change(query_id, 1, **FAILED))[0] == "changed_meanwhile"
    assert refused(lambda: acts(scene).change(query_id, **{**FAILED, "name": "other"}))[0] == "exists"
    assert one(scene, query_id)["name"] == "Failed or lost"


def test_only_its_owner_and_an_admin_touch_a_report(scene: Scene) -> None:
    query_id, schedule_id = kept(scene)
    bob = acts(scene, "bob")
    tries: list[Any] = [
        lambda: bob.change(query_id, **FAILED),
        lambda: bob.archive(query_id),
        lambda: bob.schedule(query_id, times=["09:00"], to=["b@example.org"]),
        lambda: bob.enable(schedule_id),
        lambda: bob.disable(schedule_id),
        lambda: bob.remove(schedule_id),
        lambda: bob.send(schedule_id),
    ]
    for each in tries:
        assert refused(each) == ("not_yours", "Failed belongs to ann: ask them, or an admin")
    acts(scene, "ANN").disable(schedule_id)
    acts(scene, "root", admin=True).archive(query_id)
    assert mails() == 0


@pytest.mark.parametrize("number", [0, 99])
def test_what_is_not_there_is_told(scene: Scene, number: int) -> None:
    for work in (
        lambda: acts(scene).archive(number),
        lambda: acts(scene).send(number),
        lambda: found(database.read(), str(number)),
        lambda: found(database.read(), "9" * 40),
    ):
        assert refused(work)[0] == "unknown_report"


def test_bad_values_keep_nothing(scene: Scene) -> None:
    query_id = acts(scene).add(**FAILED)
    tries: list[Any] = [
        lambda: acts(scene).add(**{**FAILED, "name": "x", "columns": ["idd"]}),
        lambda: acts(scene).schedule(query_id, times=["8"], to=["a@example.org"]),
        lambda: acts(scene).schedule(query_id, times=["08:00"], to=["nobody"]),
        lambda: acts(scene).schedule(query_id, times=["08:00"], to=["a@example.org"], form="pdf"),
    ]
    assert {refused(each)[0] for each in tries} == {"bad_value"}
    assert len(shown.listing(scene.site, database.read())) == 1
    assert one(scene, query_id)["schedules"] == []


def test_sending_by_hand_is_once_for_a_key_and_moves_no_planned_time(scene: Scene) -> None:
    add_run(1, "failed", scene.clock.now() - 60)
    query_id, schedule_id = kept(scene)
    before = database.read().value("SELECT accounted_until FROM report_schedule")
    first = acts(scene).send(schedule_id, "k")
    again = acts(scene).send(schedule_id, "k")
    assert (first.new, again.new, first.mail, first.rows) == (True, False, again.mail, 1)
    acts(scene).send(schedule_id)
    assert mails() == 2
    assert database.read().value("SELECT accounted_until FROM report_schedule") == before
    done = one(scene, query_id)["schedules"][0]["deliveries"]
    assert [(each["state"], each["asked_by"], each["planned_at"], each["rows"]) for each in done] == (
        [("mailed", "ann", None, 1)] * 2
    )


def test_what_was_due_when_it_is_switched_off_is_skipped_and_told(scene: Scene) -> None:
    query_id, schedule_id = kept(scene)
    scene.clock.advance(3 * DAY + 60)
    assert acts(scene).disable(schedule_id)
    assert not acts(scene).disable(schedule_id)
    (each,) = one(scene, query_id)["schedules"]
    assert (each["enabled"], each["next_at"]) == (False, None)
    (done,) = each["deliveries"]
    assert (done["state"], done["planned_count"], done["error"]) == ("skipped", 3, "it was switched off")
    scene.clock.advance(DAY)
    assert acts(scene).enable(schedule_id)
    (on,) = schedules.on(database.read())
    assert mailing.serve(on, scene.clock.now(), shown.limits(scene.site, database.read())).counts == {}


def test_a_schedule_that_is_removed_is_gone_and_its_deliveries_stay(scene: Scene) -> None:
    query_id, schedule_id = kept(scene)
    acts(scene).send(schedule_id)
    acts(scene).remove(schedule_id)
    assert one(scene, query_id)["schedules"] == []
    assert refused(lambda: acts(scene).remove(schedule_id))[0] == "unknown_report"
    assert database.read().value("SELECT COUNT(*) FROM report_delivery") == 1


def test_a_preview_says_what_the_mail_would_and_keeps_nothing(scene: Scene) -> None:
    for number in range(1, 4):
        add_run(number, "failed", scene.clock.now() - number)
    answer = shown.preview(scene.site, database.read(), checked(**FAILED), 2)
    assert (answer["columns"], answer["rows"]) == (["id"], [[1], [2]])
    assert answer["limit"].startswith("only the newest 2 rows are here")
    assert (answer["since"], answer["until"]) == ("2027-01-14T08:00:00.000Z", "2027-01-15T08:00:00.000Z")
    assert database.read().value("SELECT COUNT(*) FROM report_query") == 0


def test_live_options_of_the_service_bound_the_page_too(scene: Scene) -> None:
    scene.change("UPDATE service SET options = '{\"most_rows\": 7}' WHERE name = 'reports_to_email'")
    assert shown.limits(scene.site, database.read()).most_rows == 7


def test_a_report_of_another_release_is_shown_with_its_problem(scene: Scene) -> None:
    query_id = acts(scene).add(**FAILED)
    scene.change("UPDATE report_query SET columns = '[\"gone\"]'")
    assert "there is no 'gone'" in one(scene, query_id)["problem"]


def test_every_kind_says_what_there_is(scene: Scene) -> None:
    for kind in shown.kinds():
        name = f"all of {kind['kind']}"
        made = acts(scene).add(name=name, kind=kind["kind"], columns=kind["columns"])
        assert (
            shown.preview(scene.site, database.read(), queries.read(found(database.read(), name)))["rows"]
            == []
        )
        acts(scene).change(made, name=name, group_by=kind["group_by"][:3], columns=kind["measures"])
        assert one(scene, made)["revision"] == 2
