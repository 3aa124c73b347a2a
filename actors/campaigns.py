"""One run over all campaigns: those whose time has come begin, each hands its next mails to the outbox.

Then those mails go out in the same run, and what became of them is written down. A campaign whose site
observes waits as a held act; nobody is written to before a person lets it go.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from actors.campaign_bounces import read_bounces
from actors.context import Context
from actors.outcome import Outcome
from domain.mail.account import MailAccount

if TYPE_CHECKING:
    from domain.campaign.campaign import Campaign

#: Mails that are claimed at once.
AHEAD = 25
#: Seconds for which a campaign that was cancelled is still asked what became of its last mails.
AFTERWARDS = 86_400.0


@dataclass(frozen=True)
class CampaignMail(MailAccount):
    """The server that takes the mail, and where the page is that links lead to (``[web] public_url``).

    `bounces`: the mail account (by name) that reports come to; none: nobody reads them.
    """

    public_url: str = field(default="", metadata={"setting": "web.public_url"})
    bounces: str = ""
    per_run: int = 100_000
    longest: float = 50.0


def send_campaigns(context: Context, options: CampaignMail) -> Outcome:
    """Begin what is due, hand the next mails over, send them; counts by what became of recipients."""
    from actors.outgoing import send_waiting
    from store import database
    from store.campaign import kept

    counts: Counter[str] = Counter()
    for row in kept.due(database.read(), context.now.timestamp()):
        if context.stopping():
            break
        _go_on(context, row, options.public_url, counts)
    sent = send_waiting(context, options, source=context.service.name, ahead=AHEAD)
    settle(context, counts)
    problem = read_bounces(context, options.bounces, counts) if options.bounces else ""
    found = {name: count for name, count in counts.items() if count}
    kind = "partial" if problem and sent.kind == "done" else sent.kind
    return Outcome(kind, {**found, **sent.counts}, "; ".join(filter(None, (sent.message, problem))))


def settle(context: Context, counts: Counter[str]) -> None:
    """Say of each recipient what became of the mail, and of each campaign whether it is done."""
    from store import database
    from store.campaign import kept, recipients

    now = context.now.timestamp()
    for campaign_id in kept.unsettled(database.read(), now - AFTERWARDS):
        reached, failed = database.write(partial(recipients.settle, campaign_id=campaign_id, now=now))
        counts["reached"] += reached
        counts["not_reached"] += failed
        counts["done"] += database.write(partial(recipients.finish, campaign_id=campaign_id, now=now))


def _go_on(context: Context, row: dict[str, Any], site: str, counts: Counter[str]) -> None:
    from store import database
    from store.campaign import kept, recipients, suppressed

    begun = row["state"] == "sending"
    if not row["released"] and not _may(context, row, counts):
        return
    made = kept.read(row)
    if not begun and not _begin(context, row, made, counts):
        return
    now = context.now.timestamp()
    key = database.write(partial(suppressed.key, now=now))
    organisation = row["organisation_id"] or 0
    left_out = partial(recipients.leave_out, campaign_id=row["id"], organisation_id=organisation, now=now)
    counts["left_out"] += database.write(left_out)
    room = made.per_minute - recipients.spent(database.read(), row["id"], now)
    while room > 0 and not context.stopping():
        found = recipients.waiting(database.read(), row["id"], min(room, made.batch))
        if not found:
            return
        queued = _hand_over(context, kept.one(database.read(), row["id"]) or row, made, found, site, key)
        if queued is None:
            return  # somebody has paused it meanwhile
        counts["queued"] += queued[0]
        counts["not_reached"] += queued[1]
        room -= queued[0]


def _may(context: Context, row: dict[str, Any], counts: Counter[str]) -> bool:
    """Ask whether it may write to people; one that an admin has dropped is cancelled."""
    from store import database, held_act
    from store.campaign import kept, recipients

    key, now = f"campaign:{row['id']}", context.now.timestamp()
    made = kept.read(row)
    many = sum(1 for _ in recipients.people(database.read(), made.audience))
    if context.act(
        "outward",
        f"Send the campaign {row['name']} to {many} {'person' if many == 1 else 'people'}",
        key=key,
        organisation=row["organisation"],
        object=f"campaign {row['name']}",
        detail={"subject": made.subject, "text": made.body[:2000], "per_minute": made.per_minute},
    ):
        return True
    if held_act.was_dropped(database.read(), context.service.name, key):
        since = ("scheduled", "sending")
        said = "an admin dropped it while it was held"
        counts["cancelled"] += database.write(
            lambda tx: kept.move(tx, row["id"], since, "cancelled", now, said=said)
        )
    else:
        said = "it waits until an admin releases it (Held), or helpdesk goes live"
        database.write(partial(kept.say, campaign_id=row["id"], said=said))
        counts["held"] += 1
    return False


def _begin(context: Context, row: dict[str, Any], made: Campaign, counts: Counter[str]) -> bool:
    """Freeze the recipients; False if it was paused or cancelled meanwhile."""
    from store import database
    from store.campaign import kept, recipients
    from store.live_family import observes

    people = list(recipients.people(database.read(), made.audience))
    recipients.freeze(database.write, row["id"], people)
    family, now = context.mail_family, context.now.timestamp()
    released = family is not None and observes(database.read(), family)
    row["released"] = released
    began = database.write(lambda tx: kept.begin(tx, row["id"], released, now))
    counts["begun"] += began
    return began


def _hand_over(
    context: Context,
    row: dict[str, Any],
    made: Campaign,
    found: list[dict[str, Any]],
    site: str,
    key: bytes,
) -> tuple[int, int] | None:
    """Put a batch into the outbox in one transaction: (how many, how many cannot be); None if it stopped."""
    from domain.campaign import unsubscribing
    from domain.campaign.campaign import Person, mail_for
    from domain.mail.draft import Draft
    from domain.mail.problem import MailProblem
    from store import database
    from store.campaign import kept, recipients

    now = context.now.timestamp()
    family = None if row["released"] else context.mail_family
    drafts: dict[int, Draft] = {}
    wrong: dict[int, str] = {}
    for each in found:
        link = unsubscribing.link(site, key, each["id"])
        try:
            person = Person(each["address"], each["name"], each["organisation"])
            subject, text = mail_for(made, person, link)
        except MailProblem as problem:
            wrong[each["id"]] = str(problem)
            continue
        drafts[each["id"]] = Draft(
            once_key=f"campaign:{row['id']}:{each['id']}",
            to=(each["address"],),
            subject=subject,
            text=text,
            sender=made.sender or None,
            owner=row["organisation"],
            source=context.service.name,
            family=family,
            headers=unsubscribing.headers(link),
            at_most_once=True,
        )

    def work(tx: Any) -> tuple[int, int] | None:
        if not kept.still_sends(tx, row["id"]):
            return None
        bad = sum(recipients.failed(tx, number, why, now) for number, why in wrong.items())
        return recipients.queue(tx, drafts, now), bad

    return database.write(work)
