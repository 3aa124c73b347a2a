"""What the tests of campaigns share: people, a campaign, runs of the service against a real mail server."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from actors import Outcome
from actors.campaigns import CampaignMail
from actors.helpdesk import send_email_campaign
from actors.service import call
from actors.testing import FakeContext, testing_context
from domain.campaign import audience
from domain.campaign.audience import Audience
from domain.campaign.campaign import Campaign
from domain.objects.catalogue import find
from domain.objects.checked import checked
from store import database, live_family
from store.campaign import kept
from store.object import write
from tests.support.rows import run

NOW = 1_800_000_000.0
SITE = "https://jobs.example.org"


def person(organisation: str, email: str, name: str = "Desk", duties: tuple[str, ...] = ()) -> None:
    """A contact."""
    given = {"organisation": organisation, "name": name, "email": email, "duties": duties}
    values = checked(find("contact"), given)
    database.write(lambda tx: write.create(tx, "contact", values, now=NOW))


def organisation(name: str, kind: str = "customer", parent: str | None = None) -> int:
    """An organisation; its id."""
    values = checked(find("organisation"), {"name": name, "kind": kind, "parent": parent})
    return database.write(lambda tx: write.create(tx, "organisation", values, now=NOW))


def campaign(
    *addresses: str, start: float | None = 0.0, organisation_id: int | None = None, **values: Any
) -> int:
    """A campaign to a list, or as `audience` says; it begins `start` s from NOW (None: a draft)."""
    people = audience.people("\n".join(addresses))
    given: dict[str, Any] = {
        "name": "news",
        "subject": "News for {{ name | default('you', true) }}",
        "body": "Dear {{ email }},\nall is new.",
        "audience": Audience(people=people),
        "per_minute": 1000,
    }
    made = Campaign(**{**given, **values})
    campaign_id = database.write(lambda tx: kept.add(tx, made, organisation_id, "ann", NOW))
    assert campaign_id is not None
    if start is not None:
        starts_at = NOW + start
        database.write(
            lambda tx: kept.move(tx, campaign_id, ("draft",), "scheduled", NOW, starts_at=starts_at)
        )
    return campaign_id


def go_live() -> None:
    """The helpdesk's family acts from now on."""
    database.write(lambda tx: live_family.switch(tx, "helpdesk", True, by="ann", now=NOW))


def context(run_id: int = 1, later: float = 0.0, **values: Any) -> FakeContext:
    """A run of the service that is running."""
    run(run_id, "running", service="send_email_campaign")
    now = datetime.fromtimestamp(NOW + later, UTC)
    return testing_context(send_email_campaign.run, now=now, run_id=run_id, fence=run_id, **values)


def settings(port: int, folder: Path, **values: Any) -> CampaignMail:
    """The server on a loopback port."""
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "Tickworks <t@example.org>",
        "folder": str(folder / "mail"),
        "timeout": 5.0,
        "per_host_rate": 100_000,
        "public_url": SITE,
    }
    return CampaignMail(**{**given, **values})


def work(made: FakeContext, options: CampaignMail) -> Outcome:
    """Do the run."""
    outcome = call(made.service, made, options)
    assert outcome is not None
    return outcome


def states() -> dict[str, str]:
    """address -> state."""
    rows = database.read().all("SELECT address, state FROM campaign_recipient ORDER BY id")
    return dict(rows)
