"""Does the outbox keep a mail once, give it to one run at a time, and believe no run that is dead?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.mail.draft import Attachment, Draft
from domain.mail.problem import MailProblem
from store import database
from store.outbox import claim, content, ended, notification
from store.outbox.claim import Claim, ClaimLost
from store.outbox.give_back import give_back
from store.outbox.notification import Notice
from store.outbox.put import put
from store.tx import Tx
from tests.support.opened import DATABASES, opened_database
from tests.support.rows import ids, run

NOW = 1_800_000_000.0


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def add(key: str = "k", now: float = NOW, **values: Any) -> int | None:
    draft = Draft(**{"once_key": key, "to": ("b@example.org",), "subject": "S", "text": "T", **values})
    return database.write(lambda tx: put(tx, draft, now))


def take(run_id: int, now: float = NOW, **values: Any) -> Claim | None:
    found = database.write(lambda tx: claim.claim(tx, run_id, run_id, now, **values))
    return found[0] if found else None


def taken(run_id: int, now: float = NOW) -> Claim:
    found = take(run_id, now)
    assert found is not None
    return found


def begin(of: Claim, now: float = NOW, rate: int = 100) -> float:
    return database.write(lambda tx: claim.begin(tx, of, "mx", rate, now))


def free(now: float = NOW, most: int = 8) -> int:
    return database.write(lambda tx: give_back(tx, now, most))


def mail(mail_id: int = 1) -> dict[str, Any]:
    return database.read().dicts("SELECT * FROM mail WHERE id = ?", (mail_id,))[0]


def recipients() -> dict[str, str]:
    return dict(database.read().all("SELECT address, state FROM mail_recipient"))


def dies(run_id: int) -> None:
    database.write(lambda tx: tx.run("UPDATE run SET state = 'lost', ended_at = 2.0 WHERE id = ?", (run_id,)))


def test_the_same_key_twice_is_one_mail() -> None:
    assert (add("k"), add("k", subject="another")) == (1, None)
    assert (ids("mail"), mail()["subject"]) == ([1], "S")


def test_a_mail_and_its_reason_are_kept_together_or_not_at_all() -> None:
    with pytest.raises(MailProblem):
        database.write(lambda tx: (put(tx, Draft("k", ("b@example.org",), "S", "T"), NOW), put_bad(tx)))
    assert ids("mail") == []


def put_bad(tx: Any) -> None:
    put(tx, Draft("l", ("b@example.org",), "S\r\nBcc: x@y.z", "T"), NOW)


def test_a_mail_is_one_runs_only() -> None:
    add()
    run(1, "running")
    run(2, "running")
    assert take(1) is not None
    assert take(2) is None


def test_of_two_runs_that_reach_for_it_at_the_same_moment_one_gets_it() -> None:
    add()
    run(1, "running")
    run(2, "running")
    second: list[Claim | None] = []

    def reach() -> None:
        second.append(take(2))
        database.drop_connection()

    rival = threading.Thread(target=reach)

    def first(tx: Tx) -> list[Claim]:
        found = claim.claim(tx, 1, 1, NOW)
        rival.start()
        if tx.dialect == "postgresql":
            rival.join()  # it passes over what is being taken; on SQLite it waits for its turn to write
        return found

    assert len(database.write(first)) == 1
    rival.join()
    assert second == [None]


def test_several_are_taken_at_once_in_their_order() -> None:
    run(1, "running")
    numbers = [add(f"k{number}", now=NOW - number) for number in range(4)]
    found = database.write(lambda tx: claim.claim(tx, 1, 1, NOW, most=3))
    assert [each.mail_id for each in found] == numbers[:0:-1]


@pytest.mark.parametrize("state", ["succeeded", "queued"])
def test_a_run_that_does_not_run_gets_no_mail(state: str) -> None:
    add()
    run(1, state, 5.0 if state == "succeeded" else None)
    assert take(1) is None


def test_mail_goes_in_the_order_it_became_due_and_not_before() -> None:
    run(1, "running")
    add("late", not_before=NOW + 60)
    add("second", now=NOW - 1)
    add("first", now=NOW - 2)
    order = [found.mail_id for found in iter(lambda: take(1), None)]
    assert order == [3, 2]
    assert taken(1, NOW + 60).mail_id == 1


def test_the_owner_whose_server_is_down_is_passed_over() -> None:
    run(1, "running")
    add("a")
    add("b", owner="acme")
    assert database.read().value("SELECT COUNT(*) FROM mail") == 2
    found = take(1, skip=("",))
    assert found is not None
    assert found.owner == "acme"
    assert take(1, skip=("", "acme")) is None


def test_all_tries_have_one_message_id() -> None:
    add(attachments=(Attachment("a.txt", "text/plain", b"\x00\xff"),))
    run(1, "running")
    first = taken(1)
    read = database.write(lambda tx: content.content(tx, first, "example.org"))
    database.write(lambda tx: claim.release(tx, first))
    again = database.write(lambda tx: content.content(tx, taken_inside(tx), "other.example"))
    assert read.message_id == again.message_id
    assert read.message_id.endswith("@example.org>")
    assert read.attachments == (Attachment("a.txt", "text/plain", b"\x00\xff"),)


def taken_inside(tx: Any) -> Claim:
    (found,) = claim.claim(tx, 1, 1, NOW)
    return found


def test_a_dead_run_that_had_not_begun_gives_its_mail_back_after_a_minute() -> None:
    add()
    run(1, "running")
    run(2, "running")
    taken(1)
    assert free() == 0
    dies(1)
    assert (free(), free()) == (1, 0)
    assert (mail()["state"], mail()["not_before"]) == ("queued", NOW + 60)
    assert taken(2, NOW + 60).doubted is False


def test_a_dead_run_that_had_begun_leaves_a_doubt_and_a_longer_wait() -> None:
    add()
    run(1, "running")
    run(2, "running")
    begin(taken(1))
    dies(1)
    free()
    assert (mail()["state"], mail()["not_before"]) == ("unknown", NOW + 900)
    assert taken(2, NOW + 900).doubted


def test_a_mail_that_takes_every_run_with_it_comes_to_an_end() -> None:
    add()
    now = NOW
    for number in range(1, 4):
        run(number, "running")
        taken(number, now)
        dies(number)
        free(now, most=3)
        now += 86_400
    assert (mail()["state"], mail()["tries"]) == ("failed", 3)


def test_late_words_of_a_dead_run_change_nothing() -> None:
    add()
    run(1, "running")
    run(2, "running")
    old = taken(1)
    dies(1)
    free()
    taken(2, NOW + 60)
    for late in (
        lambda tx: ended.taken(tx, old, "250 ok", NOW),
        lambda tx: ended.kept(tx, old, "file", NOW),
        lambda tx: ended.refused(tx, old, "550 no", NOW, None),
        lambda tx: ended.unknown(tx, old, "?", NOW, None),
        lambda tx: ended.spoiled(tx, old, "?", NOW, None),
        lambda tx: claim.release(tx, old),
    ):
        assert database.write(late) is False
    with pytest.raises(ClaimLost):
        begin(old)
    with pytest.raises(ClaimLost):
        database.write(lambda tx: content.content(tx, old, "x.org"))
    assert (mail()["state"], mail()["claim_run"], recipients()) == ("sending", 2, {"b@example.org": "open"})


def test_a_run_that_was_declared_dead_may_not_begin() -> None:
    add()
    run(1, "running")
    mine = taken(1)
    dies(1)
    with pytest.raises(ClaimLost):
        begin(mine)
    assert database.read().value("SELECT COUNT(*) FROM mail_try") == 0


def test_no_more_than_the_rate_goes_to_a_host_in_a_minute() -> None:
    run(1, "running")
    for number in range(4):
        add(str(number))
    assert begin(taken(1), NOW, rate=2) == 0
    assert begin(taken(1), NOW + 30, rate=2) == 0
    third = taken(1)
    assert begin(third, NOW + 30, rate=2) == 30
    assert begin(third, NOW + 59.9, rate=2) == pytest.approx(0.1)
    assert begin(third, NOW + 60, rate=2) == 0


def test_only_those_who_were_told_later_get_it_again() -> None:
    add(to=("a@example.org", "b@example.org"), cc=("c@example.org",))
    run(1, "running")
    first = taken(1)
    begin(first)
    said = {"b@example.org": (450, "later"), "c@example.org": (550, "no such user")}
    database.write(lambda tx: ended.taken(tx, first, "250 ok", NOW, said, NOW + 60))
    assert recipients() == {"a@example.org": "taken", "b@example.org": "open", "c@example.org": "refused"}
    again = taken(1, NOW + 60)
    assert database.write(lambda tx: content.content(tx, again, "x")).open == ("b@example.org",)
    begin(again, NOW + 60)
    database.write(lambda tx: ended.taken(tx, again, "250 ok", NOW + 60))
    assert (mail()["state"], recipients()["b@example.org"]) == ("sent", "taken")
    tries = database.read().all("SELECT n, outcome FROM mail_try ORDER BY n")
    assert tries == [(1, "done"), (2, "done")]


def test_a_notice_becomes_one_mail_when_it_is_due() -> None:
    notice = Notice("pw:7", ("b@example.org",), NOW + 60, values={"subject": "S", "text": "T"})
    assert database.write(lambda tx: notification.add(tx, notice, NOW))
    assert not database.write(lambda tx: notification.add(tx, notice, NOW))
    assert notification.due(database.read(), NOW, 10) == []
    assert notification.due(database.read(), NOW + 60, 10) == [1]
    made = [database.write(lambda tx: notification.to_mail(tx, 1, NOW + 60)) for _ in range(2)]
    assert made == [True, False]
    assert (mail()["once_key"], mail()["subject"]) == ("notification:pw:7", "S")


def test_a_notice_whose_reason_is_gone_is_taken_back() -> None:
    notice = Notice("pw:7", ("b@example.org",), NOW, values={"subject": "S", "text": "T"})
    database.write(lambda tx: notification.add(tx, notice, NOW))
    assert database.write(lambda tx: notification.take_back(tx, "pw:7"))
    assert notification.due(database.read(), NOW, 10) == []


def test_a_notice_that_makes_no_mail_is_refused_when_it_is_added() -> None:
    with pytest.raises(MailProblem, match="no value for text"):
        database.write(
            lambda tx: notification.add(tx, Notice("k", ("b@example.org",), 0, values={"subject": ""}), NOW)
        )
    assert ids("notification") == []
