"""What the tests of the helpdesk share: a mailbox at a real server, mails, and runs of its services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actors import Outcome
from actors.helpdesk.helpdesk import run as desk
from actors.helpdesk.helpdesk_command import run as command
from actors.testing import FakeContext
from domain.mail_in.limits import CommandLimits, DeskLimits
from store import database
from store.helpdesk import message, ticket
from tests.actors.dns.scene import DAY, NOW, add, work
from tests.support.real_mail import PASSWORD, RealMail

__all__ = ["DAY", "NOW", "add"]

BOX = "bob"
CUSTOMER = "customer@example.net"


def account(mail: RealMail, protocol: str = "imap", *, port: int = 0, **more: Any) -> int:
    """The mailbox of BOX as a mail account."""
    own = mail.imap_port if protocol == "imap" else mail.pop3_port
    values = {"name": f"support {protocol}", "host": "127.0.0.1", "port": port or own, "security": "none"}
    return add(
        "mail_account", **{**values, "protocol": protocol, "username": BOX, "password": "env:BOX", **more}
    )


def support(**more: Any) -> int:
    """A department with one member, Ann, who has an address."""
    staff = add("staff", name="Ann", email="ann@example.org")
    add("department", name="Support", sender="Support <bob@example.org>", members=["Ann"], **more)
    return staff


def written(
    text: str = "It does not work.\n",
    *,
    subject: str = "Help",
    sender: str = f"Customer <{CUSTOMER}>",
    name: str | None = "<1@example.net>",
    **fields: str,
) -> bytes:
    """The bytes of a mail; `fields` with _ for -."""
    head = {"From": sender, "To": "bob@example.org", "Subject": subject}
    if name is not None:
        head["Message-ID"] = name
    head |= {key.replace("_", "-"): value for key, value in fields.items()}
    lines = [f"{key}: {value}" for key, value in head.items()]
    return "\r\n".join([*lines, "", text.replace("\n", "\r\n")]).encode()


def read(
    *, at: float = NOW, secrets: Mapping[str, str] | None = None, **more: Any
) -> tuple[Outcome, FakeContext]:
    """One run of HelpDeskWork."""
    names = ("observes", "stop_after")
    context_words = {name: more.pop(name) for name in names if name in more}
    limits = DeskLimits(**more)
    return work(desk, limits, at=at, secrets={"env:BOX": PASSWORD, **(secrets or {})}, **context_words)


def obey(at: float = NOW, trusted_server: str = "") -> Outcome:
    """One run of HelpDeskCommand."""
    return work(command, CommandLimits(trusted_server=trusted_server), at=at)[0]


def tickets() -> list[dict[str, Any]]:
    """All tickets by number, with their messages."""
    tx = database.read()
    numbers = [row[0] for row in tx.all("SELECT id FROM ticket ORDER BY id")]
    found = [ticket.one(tx, number) or {} for number in numbers]
    return [{**each, "messages": message.of_ticket(tx, each["id"])} for each in found]


def letters(to: str) -> list[dict[str, Any]]:
    """What waits in the outbox for an address, in order."""
    sql = """SELECT m.* FROM mail m JOIN mail_recipient r ON r.mail_id = m.id
             WHERE LOWER(r.address) = ? ORDER BY m.id"""
    return database.read().dicts(sql, (to,))


def left(mail: RealMail) -> int:
    """How many mails lie in the mailbox."""
    return len(mail.arrived(BOX, 0))
