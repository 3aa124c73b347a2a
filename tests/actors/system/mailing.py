"""What the tests of the two mail services share: a context that lives in the database, and mail to send."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from actors import Outcome
from actors.service import Service, call
from actors.testing import FakeContext, testing_context
from domain.mail.account import MailAccount
from domain.mail.draft import Draft
from store import database
from store.outbox.put import put
from tests.support.rows import run

NOW = 1_800_000_000.0


def running(service: Service, run_id: int = 1, **values: Any) -> FakeContext:
    """A run of the service that is running."""
    run(run_id, "running", service=service.name)
    now = datetime.fromtimestamp(NOW, UTC)
    return testing_context(service, now=now, run_id=run_id, fence=run_id, **values)


def account(port: int, folder: Path, **values: Any) -> MailAccount:
    """Settings for a server on a loopback port."""
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "Tickworks <t@example.org>",
        "folder": str(folder / "mail"),
        "attachments": str(folder / "attachments"),
        "timeout": 5.0,
        "per_host_rate": 1000,
    }
    return MailAccount(**{**given, **values})


def work(context: FakeContext, settings: MailAccount) -> Outcome:
    """Do the run."""
    outcome = call(context.service, context, settings)
    assert outcome is not None
    return outcome


def add(key: str = "k", **values: Any) -> int | None:
    """A mail into the outbox; its subject is its key."""
    draft = Draft(**{"once_key": key, "to": ("b@example.org",), "subject": key, "text": "Text", **values})
    return database.write(lambda tx: put(tx, draft, NOW))


def states() -> list[str]:
    """The states of all mails, by id."""
    return [row[0] for row in database.read().all("SELECT state FROM mail ORDER BY id")]


def answer(mail_id: int = 1) -> str:
    """What was last said of a mail."""
    return str(database.read().value("SELECT answer FROM mail WHERE id = ?", (mail_id,)))
