"""Does a campaign reach each of its recipients once, at its pace, and nobody who asked for no more?"""

from __future__ import annotations

from collections.abc import Iterator
from email.parser import BytesHeaderParser
from pathlib import Path

import pytest

from actors.outgoing_claims import Claims
from backends.mail_in.source import Fetched, Listed
from domain.campaign import unsubscribing
from domain.campaign.audience import Audience
from domain.effects.act import Act
from domain.objects.catalogue import find
from domain.objects.checked import checked
from store import database, held_act
from store.campaign import kept, recipients, suppressed
from store.object import write
from tests.actors.helpdesk.campaign_scene import (
    NOW,
    SITE,
    campaign,
    context,
    go_live,
    organisation,
    person,
    settings,
    states,
    work,
)
from tests.domain.mail.test_bounce import REPORT
from tests.support.faulty_smtp import DROP, FaultySmtp, faulty
from tests.support.mail_server import MailServer
from tests.support.opened import DATABASES, opened_database

#: For what is written in SQL of its own.
both = pytest.mark.parametrize("opened", DATABASES, indirect=True)


@pytest.fixture(params=["sqlite"], autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    made = MailServer(tmp_path_factory.mktemp("mail")).start()
    yield made
    made.stop()


@pytest.fixture
def sink() -> Iterator[FaultySmtp]:
    with faulty() as made:
        yield made


def state(campaign_id: int) -> str:
    row = kept.one(database.read(), campaign_id)
    assert row is not None
    return str(row["state"])


@both
@pytest.mark.covers("send_email_campaign", 1)
def test_a_campaign_is_held_first_and_reaches_everybody_once_it_is_live(
    server: MailServer, tmp_path: Path
) -> None:
    acme = organisation("acme")
    person("acme", "ann@acme.example.org", "Ann", ("technical",))
    person("acme", "bob@acme.example.org", "Bob", ("billing",))
    campaign_id = campaign(
        organisation_id=acme,
        audience=Audience(organisations=("acme",), duties=("technical",)),
        sender="a@b.org",
    )
    options = settings(server.port, tmp_path)
    held = context(observes=True)
    assert work(held, options).counts == {"held": 1}
    assert [act.what for act in held.ports.acts] == ["Send the campaign news to 1 person"]
    assert (state(campaign_id), states()) == ("scheduled", {})
    go_live()
    before = len(server.mails())
    assert work(context(2, 60), options).counts["sent"] == 1
    mail = next(mail for mail in server.mails() if str(mail["To"]) == "ann@acme.example.org")
    assert len(server.mails()) == before + 1
    assert (str(mail["Subject"]), str(mail["From"])) == ("News for Ann", "a@b.org")
    link = str(mail["List-Unsubscribe"]).strip("<>")
    assert link.startswith(f"{SITE}/unsubscribe/")
    assert link in mail.get_content()
    assert str(mail["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    assert (state(campaign_id), states()) == ("done", {"ann@acme.example.org": "sent"})
    assert work(context(3, 120), options).counts == {}


def test_what_an_admin_releases_goes_though_the_family_observes(sink: FaultySmtp, tmp_path: Path) -> None:
    """The engine gives a released act once: a campaign of several minutes needs it no second time."""
    campaign_id = campaign("a@example.org", "b@example.org", per_minute=1)
    for minute in (0, 1):
        work(context(minute + 1, 60.0 * minute), settings(sink.port, tmp_path))
    assert len(sink.messages) == 2
    assert state(campaign_id) == "done"


def test_a_campaign_that_an_admin_drops_is_cancelled(sink: FaultySmtp, tmp_path: Path) -> None:
    campaign_id = campaign("a@example.org")
    act = Act(
        family="helpdesk",
        service="send_email_campaign",
        effect="outward",
        what="x",
        key=f"campaign:{campaign_id}",
    )
    database.write(lambda tx: held_act.ask(tx, act, 1, NOW))
    database.write(lambda tx: held_act.drop(tx, [1], "ann", NOW))
    assert work(context(observes=True), settings(sink.port, tmp_path)).counts == {"cancelled": 1}
    assert (state(campaign_id), sink.messages) == ("cancelled", [])


@both
def test_the_pace_is_kept_over_runs_and_restarts(sink: FaultySmtp, tmp_path: Path) -> None:
    go_live()
    campaign(*(f"p{n}@example.org" for n in range(25)), per_minute=10, batch=4)
    gone = []
    for run_id, later in enumerate((0, 5, 61, 100, 122, 183), 1):
        work(context(run_id, later), settings(sink.port, tmp_path))
        gone.append(len(sink.messages))
    assert gone == [10, 10, 20, 20, 25, 25]


def test_a_campaign_begins_at_its_time(sink: FaultySmtp, tmp_path: Path) -> None:
    go_live()
    campaign_id = campaign("a@example.org", start=3600)
    assert work(context(1, 3590), settings(sink.port, tmp_path)).counts == {}
    work(context(2, 3601), settings(sink.port, tmp_path))
    assert (state(campaign_id), len(sink.messages)) == ("done", 1)


@both
def test_recipients_are_those_of_the_moment_it_began(sink: FaultySmtp, tmp_path: Path) -> None:
    go_live()
    north = organisation("north", "reseller")
    organisation("below", parent="north")
    organisation("south")
    for name in ("north", "below", "south"):
        person(name, f"desk@{name}.example.org")
    person("below", "DESK@below.example.org", "the same")
    campaign(organisation_id=north, audience=Audience(organisations=("North",)), per_minute=1)
    work(context(1), settings(sink.port, tmp_path))
    person("north", "late@north.example.org", "Late")
    for run_id in range(2, 5):
        work(context(run_id, 61.0 * run_id), settings(sink.port, tmp_path))
    assert states() == {"desk@north.example.org": "sent", "desk@below.example.org": "sent"}


@both
def test_later_is_tried_again_and_never_is_never(tmp_path: Path) -> None:
    go_live()
    script = {"RCPT": ["550 5.1.1 no such user", "450 4.2.0 come later", "250 ok"]}
    with faulty(**script) as sink:
        campaign("gone@example.org", "busy@example.org", "good@example.org")
        work(context(1), settings(sink.port, tmp_path))
        assert states() == {
            "gone@example.org": "bounced",
            "busy@example.org": "queued",
            "good@example.org": "sent",
        }
        work(context(2, 61), settings(sink.port, tmp_path))
        assert states()["busy@example.org"] == "sent"
        assert len(sink.messages) == 2
        # The dead address gets nothing of the next campaign either.
        second = campaign("Gone@example.org", "good@example.org", name="again")
        work(context(3, 122), settings(sink.port, tmp_path))
    assert recipients.counts(database.read(), [second])[second] == {"bounced": 1, "sent": 1}
    assert len(sink.messages) == 3


def test_a_lost_answer_sends_nothing_a_second_time(tmp_path: Path) -> None:
    go_live()
    with faulty(END=[DROP, "250 taken"]) as sink:
        campaign_id = campaign("a@example.org", "b@example.org")
        work(context(1), settings(sink.port, tmp_path))
        for run_id in range(2, 5):
            work(context(run_id, 3600.0 * run_id), settings(sink.port, tmp_path))
        assert len(sink.messages) == 2
    assert states() == {"a@example.org": "failed", "b@example.org": "sent"}
    assert state(campaign_id) == "done"
    assert "may have arrived" in database.read().value("SELECT answer FROM campaign_recipient WHERE id = 1")


@both
def test_a_run_that_dies_in_the_middle_of_a_batch_leaves_nobody_out_and_sends_nothing_twice(
    sink: FaultySmtp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_live()
    campaign(*(f"p{n}@example.org" for n in range(6)), batch=3)
    sent = 0

    def dies(*args: object, **more: object) -> object:
        nonlocal sent
        sent += 1
        if sent == 3:
            raise KeyboardInterrupt
        return real(*args, **more)  # type: ignore[arg-type]

    from store.outbox import ended

    real = ended.taken
    with monkeypatch.context() as patched:
        patched.setattr(ended, "taken", dies)
        # Who is killed does not tidy up.
        patched.setattr(Claims, "leave", lambda self: None)
        with pytest.raises(KeyboardInterrupt):
            work(context(1), settings(sink.port, tmp_path))
    database.write(lambda tx: tx.run("UPDATE run SET state = 'lost', ended_at = ? WHERE id = 1", (NOW,)))
    for run_id in (2, 3):
        work(context(run_id, 3600.0 * run_id), settings(sink.port, tmp_path))
    parser = BytesHeaderParser()
    went = sorted(str(parser.parsebytes(message)["To"]) for message in sink.messages)
    assert went == [f"p{n}@example.org" for n in range(6)]
    assert sorted(states().values()) == ["failed", *["sent"] * 5]


@both
def test_whoever_unsubscribes_meanwhile_gets_none(sink: FaultySmtp, tmp_path: Path) -> None:
    go_live()
    acme, other = organisation("acme"), organisation("other")
    campaign_id = campaign(
        "a@example.org", "b@example.org", "c@example.org", organisation_id=acme, per_minute=1
    )
    beside = campaign("b@example.org", organisation_id=other, name="beside", start=3600)
    work(context(1), settings(sink.port, tmp_path))
    database.write(lambda tx: suppressed.add(tx, "B@example.org", "unsubscribed", NOW, organisation_id=acme))
    for run_id in (2, 3):
        work(context(run_id, 61.0 * run_id), settings(sink.port, tmp_path))
    counts = recipients.counts(database.read(), [campaign_id])[campaign_id]
    assert counts == {"sent": 2, "unsubscribed": 1}
    # It was one organisation's mail that nobody wanted: another's still comes.
    work(context(4, 3601), settings(sink.port, tmp_path))
    assert recipients.counts(database.read(), [beside])[beside] == {"sent": 1}
    assert len(sink.messages) == 3


@both
def test_a_pause_takes_back_what_waits_in_the_outbox(tmp_path: Path) -> None:
    go_live()
    with faulty(RCPT="450 4.2.0 come later") as busy:
        campaign_id = campaign("a@example.org", "b@example.org")
        work(context(1), settings(busy.port, tmp_path))
    database.write(lambda tx: kept.move(tx, campaign_id, ("sending",), "paused", NOW))
    assert database.write(lambda tx: recipients.take_back(tx, campaign_id)) == 2
    with faulty() as sink:
        work(context(2, 3600), settings(sink.port, tmp_path))
        assert sink.messages == []
        database.write(lambda tx: kept.resume(tx, campaign_id, NOW))
        work(context(3, 3661), settings(sink.port, tmp_path))
        assert len(sink.messages) == 2
    assert state(campaign_id) == "done"


def test_a_name_with_a_line_break_adds_no_header(sink: FaultySmtp, tmp_path: Path) -> None:
    go_live()
    bad = Audience(
        people=(("a@example.org", "Ann\r\nBcc: all@example.org", ""), ("b@example.org", "Bob", ""))
    )
    campaign(audience=bad, subject="Hello {{ name }}")
    work(context(1), settings(sink.port, tmp_path))
    assert states() == {"a@example.org": "failed", "b@example.org": "sent"}
    assert not any(b"all@example.org" in message for message in sink.messages)


def test_a_report_of_a_bounce_counts_for_our_own_mail_alone(sink: FaultySmtp, tmp_path: Path) -> None:
    go_live()
    campaign("a@example.org")
    work(context(1), settings(sink.port, tmp_path))
    message_id = database.read().value("SELECT message_id FROM mail")

    def bounced(address: str, known: str) -> bool:
        return database.write(
            lambda tx: suppressed.bounced(tx, address, known, "5.1.1", NOW + 60, "no such user")
        )

    assert not bounced("a@example.org", "<somebody@else>")
    assert not bounced("b@example.org", message_id)
    assert states() == {"a@example.org": "sent"}
    assert bounced("A@example.org", message_id)
    assert states() == {"a@example.org": "bounced"}
    assert suppressed.page(database.read(), "a@ex", 10)[0][0]["why"] == "bounced"


def test_a_link_names_one_recipient_and_cannot_be_made_up() -> None:
    key = b"k" * 32
    made = unsubscribing.token(key, 7)
    assert unsubscribing.recipient_of(key, made) == 7
    for wrong in (made[:-1] + ("A" if made[-1] != "A" else "B"), made[1:], "", "é" * 32, "!" * 32):
        assert unsubscribing.recipient_of(key, wrong) is None
    assert unsubscribing.recipient_of(b"x" * 32, made) is None


def test_reports_are_read_from_the_mailbox_that_is_named_once_each(
    sink: FaultySmtp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_live()
    values = checked(
        find("mail_account"), {"name": "bounces", "host": "127.0.0.1", "username": "t", "security": "none"}
    )
    database.write(lambda tx: write.create(tx, "mail_account", values, now=NOW))
    campaign("gone@example.net")
    work(context(1), settings(sink.port, tmp_path))
    ours = database.read().value("SELECT message_id FROM mail").encode()
    mailbox = Lying(REPORT.replace(b"<0123@example.org>", ours), b"From: somebody\n\nHello")
    monkeypatch.setattr("backends.mail_in.opened.opened", lambda *_: mailbox)
    options = settings(sink.port, tmp_path, bounces="bounces")
    assert work(context(2, 61), options).counts == {"bounced": 1}
    assert states() == {"gone@example.net": "bounced"}
    assert work(context(3, 122), options).counts == {}
    assert mailbox.fetched == ["1", "2"]
    wrong = work(context(4, 183), settings(sink.port, tmp_path, bounces="nowhere"))
    assert (wrong.kind, wrong.message) == (
        "partial",
        "bounces: there is no mail account nowhere that is active",
    )


class Lying:
    """A mailbox in which these mails lie."""

    def __init__(self, *mails: bytes) -> None:
        self._mails = {str(n): mail for n, mail in enumerate(mails, 1)}
        self.fetched: list[str] = []

    def listed(self) -> list[Listed]:
        return [Listed(uid, len(mail)) for uid, mail in self._mails.items()]

    def fetch(self, mail: Listed, limit: int) -> Fetched:
        self.fetched.append(mail.uid)
        return Fetched(mail.uid, self._mails[mail.uid], mail.size, whole=True)

    def close(self, keep: bool = True) -> None:
        """Nothing was deleted."""
