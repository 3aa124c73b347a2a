"""A campaign to 5,000 people into a mail server of this machine that takes everything."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from actors.campaigns import CampaignMail, send_campaigns
from actors.helpdesk import send_email_campaign
from actors.testing import FakePorts, testing_context
from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from domain.campaign.audience import Audience
from domain.campaign.campaign import Campaign
from store import database, live_family, migrate
from store.campaign import kept

PEOPLE = 5_000
TEXT = "Dear {{ name | default('customer', true) }},\n" + "this is what is new for {{ organisation }}.\n" * 20


class _Sink(socketserver.StreamRequestHandler):
    """As little of an SMTP server as there can be: it takes every mail and keeps none."""

    def handle(self) -> None:
        self._say("220 sink")
        while line := self.rfile.readline(2000):
            verb = line[:4].upper()
            if verb == b"EHLO":
                self._say("250-sink", "250 SIZE 40000000")
            elif verb == b"DATA":
                self._say("354 go on")
                while self.rfile.readline(2000) not in (b".\r\n", b""):
                    pass
                self.server.taken += 1  # type: ignore[attr-defined]
                self._say("250 taken")
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class _Clock(FakePorts):
    """The ports of a run whose time goes on."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def measure(servers: Servers, size: Size, *, kind: str) -> Values:
    """Mails a second, from the moment that the campaign is due to its end; s of the processor."""
    people = PEOPLE if size.runs >= 1000 else size.runs
    with ExitStack() as last:
        folder = servers.new_folder()
        postgresql = kind == "postgresql"
        url = last.enter_context(servers.database()) if postgresql else f"sqlite:///{folder}/bench.db"
        database.open(url)
        last.callback(database.close)
        migrate.up()
        with _sink() as sink:
            _write(people)
            context: Any = testing_context(send_email_campaign.run)
            context.ports = _Clock()
            options = CampaignMail(
                host="127.0.0.1",
                port=sink.server_address[1],
                security="none",
                sender="a@example.org",
                per_host_rate=1_000_000,
                longest=600.0,
                public_url="https://jobs.example.org",
                folder=str(folder / "mail"),
            )
            began, used = time.perf_counter(), time.process_time()
            send_campaigns(context, options)
            wall, cpu = time.perf_counter() - began, time.process_time() - used
            if sink.taken != people:
                raise RuntimeError(f"{sink.taken} mails arrived of {people}")
        state = database.read().value("SELECT state FROM campaign")
        if state != "done":
            raise RuntimeError(f"the campaign is {state}")
        return {"rate": people / wall, "cpu": 1000 * cpu / people, "mails": float(people)}


def _write(people: int) -> None:
    now = time.time()
    chosen = Audience(people=tuple((f"p{n}@example.org", f"Person {n}", "acme") for n in range(people)))
    made = Campaign("news", "News for {{ name }}", TEXT, chosen, per_minute=60_000, batch=500)

    def work(tx: Any) -> None:
        campaign_id = kept.add(tx, made, None, "bench", now)
        kept.move(tx, campaign_id or 0, ("draft",), "scheduled", now, starts_at=now)
        live_family.switch(tx, "helpdesk", True, by="bench", now=now)
        tx.run(
            """INSERT INTO run (id, service, state, trigger, priority, roles, requested_at, queued_at, fence,
                                node, process_id, started_at)
               VALUES (1, 'send_email_campaign', 'running', 'schedule', 5, 'master', 0, 0, 1, 'n1', 1, 1)"""
        )

    database.write(work)


@contextmanager
def _sink() -> Iterator[Any]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Sink) as server:
        server.daemon_threads = True
        server.taken = 0  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

WORKLOAD = Workload(
    name="campaign",
    title="A campaign to 5,000 people",
    says="From the moment that it is due: recipients frozen, texts filled in, mails into the outbox, "
    "handed in one by one to a server of this machine that takes everything, results noted. The work of that "
    "server is counted too.",
    columns=(
        Column("rate", "mails a second", 0),
        Column("cpu", "CPU of a mail, ms", 2),
        Column("mails", "mails", 0),
    ),
    spread="rate",
    contenders=tuple(Contender(name, partial(measure, kind=kind)) for kind, name in _NAMES.items()),
    rounds=3,
)

if __name__ == "__main__":
    for each in WORKLOAD.contenders:
        with Servers() as started:
            print(f"{each.name:20}", each.measure(started, Size()), flush=True)
