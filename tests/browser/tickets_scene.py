"""A ticket with all that a page of one shows."""

from __future__ import annotations

import time
from typing import Any

from domain.mail_in.files import File
from domain.objects.catalogue import find
from node.site import Site
from store import database
from store.helpdesk import letter, message, seen, ticket
from store.helpdesk.message import Message
from web.acts.objects import Objects


def build(site: Site) -> None:
    """Make it, with a department, a member of staff, and a mailbox that could not be read."""
    acts, now = Objects(site, by="a test"), time.time()
    acts.add(find("staff"), {"name": "Ann of the helpdesk", "email": "ann@example.org"})
    acts.add(find("department"), {"name": "Support", "sender": "support@example.org", "members": ["Ann"]})
    box = {"name": "support", "host": "192.0.2.30", "username": "support"}
    account = acts.add(find("mail_account"), box).object["id"]
    values = {"subject": "Printer " + "on fire " * 20, "requester": "kim@example.net"}
    values["requester_name"] = "Kim"

    def work(tx: Any) -> None:
        seen.bad(tx, account, "192.0.2.30:993: it does not answer in time", False, now, 60.0)
        number = ticket.create(tx, {**values, "priority": "urgent", "department_id": 1}, now)
        file = File("photo.jpg", "image/jpeg", b"\xff\xd8\xff\xe0x")
        text = "It smokes.\n" + "w" * 300
        came = Message(number, "in", "Kim", text, now, quoted="> old", trouble="too large", files=(file,))
        message.add(tx, came)
        message.add(tx, Message(number, "note", "ann", "Call them.", now))
        row = ticket.one(tx, number)
        assert row is not None
        letter.reply(tx, row, "Unplug it.", "ann", now)
        for state in ("waiting", "closed", "deleted"):
            ticket.move(tx, ticket.create(tx, values, now), state, now)
        ticket.create(tx, {**values, "state": "unconfirmed"}, now)

    database.write(work)
