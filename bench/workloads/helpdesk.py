"""Mails from a real mailbox into tickets: fetched, read, stored, answered and taken away there."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial

from actors.desk.reading import read_accounts
from actors.helpdesk.helpdesk import run as service
from actors.testing import testing_context
from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from domain.mail_in.limits import DeskLimits
from domain.objects.catalogue import find
from domain.objects.checked import checked
from store import database, migrate
from store.object import write
from tests.support.real_mail import PASSWORD, real_mail

MAILS = 1_000
TEXT = "It does not work since this morning, and nobody has changed anything.\r\n" * 20


def measure(servers: Servers, size: Size, *, protocol: str, postgresql: bool) -> Values:
    """Mails a second of the wall clock, each a ticket with an automatic answer and one to an agent."""
    count = MAILS if size.runs >= 1000 else max(20, size.runs // 5)
    with ExitStack() as last:
        mail = last.enter_context(real_mail())
        folder = servers.new_folder()
        url = last.enter_context(servers.database()) if postgresql else f"sqlite:///{folder}/bench.db"
        database.open(url)
        last.callback(database.close)
        migrate.up()
        port = mail.imap_port if protocol == "imap" else mail.pop3_port
        box = {"protocol": protocol, "host": "127.0.0.1", "port": port, "security": "none"}
        _add("staff", name="Ann", email="ann@example.org")
        _add("department", name="Support", sender="bob@example.org", members=["Ann"])
        _add("mail_account", name="support", username="bob", password="env:BOX", **box)
        mail.deliver("bob", *map(_mail, range(count)))
        context = testing_context(service, secrets={"env:BOX": PASSWORD})
        began, used = time.perf_counter(), time.process_time()
        outcome = read_accounts(context, DeskLimits())
        wall, cpu = time.perf_counter() - began, time.process_time() - used
        if outcome.counts["ticket"] != count or outcome.counts["cleared"] != count:
            raise RuntimeError(f"{outcome}")
        return {"rate": count / wall, "cpu": cpu / count * 1000, "mails": float(count)}


def _add(kind: str, **values: object) -> None:
    whole = checked(find(kind), values)
    database.write(lambda tx: write.create(tx, kind, whole, now=0.0))


def _mail(number: int) -> bytes:
    head = (
        f"From: Customer {number} <c{number}@example.net>\r\nTo: bob@example.org\r\nSubject: No. {number}\r\n"
    )
    return f"{head}Message-ID: <{number}@example.net>\r\n\r\n{TEXT}".encode()


WORKLOAD = Workload(
    name="helpdesk",
    title="1,000 mails that become tickets",
    says="From a real Dovecot on this machine: fetched one by one, read, stored with an automatic "
    "answer and a mail to an agent in the outbox, then taken away there.",
    columns=(
        Column("rate", "mails a second", 0),
        Column("cpu", "CPU a mail, ms", 2),
        Column("mails", "mails", 0),
    ),
    spread="rate",
    contenders=tuple(
        Contender(f"{name}, {words}", partial(measure, protocol=protocol, postgresql=postgresql))
        for name, postgresql in (("SQLite", False), ("PostgreSQL", True))
        for protocol, words in (("imap", "IMAP"), ("pop3", "POP3"))
    ),
    rounds=3,
)

if __name__ == "__main__":
    for each in WORKLOAD.contenders:
        with Servers() as started:
            print(f"{each.name:20}", each.measure(started, Size()), flush=True)
