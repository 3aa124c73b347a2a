"""What operators do with campaigns: write, schedule, pause, resume and cancel; and suppressed addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from domain.campaign import audience
from domain.campaign.campaign import Campaign, checked
from domain.mail.address import checked_address
from domain.mail.problem import MailProblem
from node.site import Site
from store import change, database
from store.campaign import kept, recipients, suppressed
from store.object import read as objects
from store.tx import Tx
from web.acts.refusal import Refusal

Row = dict[str, Any]
#: How far ahead a campaign may be planned, in s.
FARTHEST = 2 * 365 * 86_400.0


class Campaigns:
    """The acts of one person.

    They raise Refusal (unknown_campaign, bad_value, exists, changed_meanwhile, not_draft, not_configured,
    nobody, wrong_state) and DatabaseAway.
    """

    def __init__(self, site: Site, *, by: str, reason: str | None = None) -> None:
        self._site = site
        self._by = by
        self._reason = reason

    def add(self, made: Campaign) -> int:
        """Keep a draft; its number."""
        _sound(made)

        def work(tx: Tx) -> int:
            campaign_id = kept.add(tx, made, self._references(tx, made), self._by, self._now)
            if campaign_id is None:
                raise _exists(made.name)
            self._record(tx, "campaign add", made.name, after=_told(made))
            return campaign_id

        return database.write(work)

    def change(self, campaign_id: int, made: Campaign, revision: int) -> None:
        """Write a draft anew; `revision` is that of what the person saw."""
        _sound(made)

        def work(tx: Tx) -> None:
            row = _known(tx, campaign_id)
            if row["state"] != "draft":
                raise Refusal("not_draft", f"{row['name']} is {row['state']}: only a draft can be changed")
            same = kept.named(tx, made.name)
            if same is not None and same["id"] != campaign_id:
                raise _exists(made.name)
            if not kept.change(tx, campaign_id, revision, made, self._references(tx, made), self._now):
                raise Refusal("changed_meanwhile", f"{row['name']} was changed meanwhile: look at it again")
            before = _told(kept.read(row))
            self._record(tx, "campaign change", row["name"], before=before, after=_told(made))

        database.write(work)

    def schedule(self, campaign_id: int, starts_at: float | None = None) -> int:
        """Have it begin then (epoch seconds; None: at once); how many people it is for now."""
        at = self._now if starts_at is None else starts_at
        if not self._site.settings.web.public_url:
            said = "[web] public_url is not set: the link to get no more, in each mail, leads there"
            raise Refusal("not_configured", said)
        if not self._now - 60 <= at <= self._now + FARTHEST:
            raise Refusal("bad_value", "starts: expected a time from now on, at most two years ahead")

        def work(tx: Tx) -> int:
            row = _known(tx, campaign_id)
            many = len({person.address.lower() for person in recipients.people(tx, kept.read(row).audience)})
            if not many:
                raise Refusal(
                    "nobody", f"{row['name']} is for nobody: no contact is like that, and no list is given"
                )
            if not kept.move(tx, campaign_id, ("draft",), "scheduled", self._now, starts_at=at):
                raise _wrong(row, "scheduled")
            self._record(tx, "campaign schedule", row["name"], after={"starts_at": at, "people": many})
            return many

        return database.write(work)

    def pause(self, campaign_id: int) -> int:
        """Send no more until it is resumed; how many mails came back out of the outbox."""

        def work(tx: Tx) -> int:
            row = _known(tx, campaign_id)
            if not kept.move(
                tx, campaign_id, ("scheduled", "sending"), "paused", self._now, said=f"paused by {self._by}"
            ):
                raise _wrong(row, "paused")
            back = recipients.take_back(tx, campaign_id)
            self._record(tx, "campaign pause", row["name"])
            return back

        return database.write(work)

    def resume(self, campaign_id: int) -> None:
        """Go on where it was paused."""

        def work(tx: Tx) -> None:
            row = _known(tx, campaign_id)
            if not kept.resume(tx, campaign_id, self._now):
                raise _wrong(row, "resumed")
            self._record(tx, "campaign resume", row["name"])

        database.write(work)

    def cancel(self, campaign_id: int) -> None:
        """Send no more, for good; also back from the plan."""

        def work(tx: Tx) -> None:
            row = _known(tx, campaign_id)
            since = ("draft", "scheduled", "sending", "paused")
            said = f"cancelled by {self._by}"
            if not kept.move(tx, campaign_id, since, "cancelled", self._now, said=said):
                raise _wrong(row, "cancelled")
            recipients.take_back(tx, campaign_id)
            self._record(tx, "campaign cancel", row["name"])

        database.write(work)

    def copy(self, campaign_id: int) -> int:
        """A draft like it, under a name of its own; its number."""

        def work(tx: Tx) -> int:
            row = _known(tx, campaign_id)
            for n in range(2, 1000):
                made = Campaign(**{**vars(kept.read(row)), "name": f"{row['name'][:110]} ({n})"})
                new = kept.add(tx, made, row["organisation_id"], self._by, self._now)
                if new is not None:
                    self._record(tx, "campaign add", made.name, after=_told(made))
                    return new
            raise _exists(row["name"])

        return database.write(work)

    def suppress(self, address: str) -> None:
        """Send an address no campaign any more, of anybody."""
        try:
            plain = checked_address("address", address.strip())
        except MailProblem as problem:
            raise Refusal("bad_value", str(problem)) from None
        self._suppression(
            lambda tx: suppressed.add(tx, plain, "by hand", self._now, said=f"by {self._by}"),
            "suppress add",
            plain,
            f"{plain} is suppressed already",
        )

    def unsuppress(self, address: str, organisation_id: int = 0) -> None:
        """Send to an address again; whoever asked for no more should have asked for that."""
        self._suppression(
            lambda tx: suppressed.remove(tx, address, organisation_id),
            "suppress remove",
            address,
            f"{address} is not suppressed: there is nothing to take away",
        )

    def _suppression(self, act: Callable[[Tx], bool], action: str, address: str, refused: str) -> None:
        def work(tx: Tx) -> None:
            if not act(tx):
                raise Refusal("bad_value", refused)
            now = self._now
            change.record(
                tx, actor=self._by, action=action, target=f"address {address}", now=now, reason=self._reason
            )

        database.write(work)

    def _references(self, tx: Tx, made: Campaign) -> int | None:
        for name in made.audience.organisations:
            if objects.by_key(tx, "organisation", name) is None:
                raise _no_organisation(name)
        if made.organisation is None:
            return None
        found = objects.by_key(tx, "organisation", made.organisation)
        if found is None:
            raise _no_organisation(made.organisation)
        return int(found["id"])

    @property
    def _now(self) -> float:
        return self._site.clock.now()

    def _record(self, tx: Tx, action: str, name: str, **states: Any) -> None:
        change.record(
            tx,
            actor=self._by,
            action=action,
            target=f"campaign {name}",
            now=self._now,
            reason=self._reason,
            **states,
        )


def found(tx: Tx, words: str) -> Row:
    """The campaign of this name, or number. Raises Refusal (unknown_campaign)."""
    row = kept.named(tx, words)
    if row is None and words.isascii() and words.isdigit() and len(words) < 19:
        row = kept.one(tx, int(words))
    if row is None:
        raise _unknown(words)
    return row


def _known(tx: Tx, campaign_id: int) -> Row:
    row = kept.one(tx, campaign_id)
    if row is None:
        raise _unknown(campaign_id)
    return row


def _sound(made: Campaign) -> None:
    try:
        checked(made)
        audience.checked(made.audience)
    except MailProblem as problem:
        raise Refusal("bad_value", str(problem)) from None


def _told(made: Campaign) -> Row:
    """What the audit keeps: of a list only how long it is."""
    values = asdict(made)
    values["audience"]["people"] = len(made.audience.people)
    return values


def _wrong(row: Row, wanted: str) -> Refusal:
    return Refusal("wrong_state", f"{row['name']} is {row['state']}: it cannot be {wanted}")


def _exists(name: str) -> Refusal:
    return Refusal("exists", f"there is a campaign {name} already: choose another name")


def _no_organisation(name: str) -> Refusal:
    return Refusal(
        "bad_value", f"there is no organisation {name}: `tickworks object list organisation` shows them"
    )


def _unknown(campaign: object) -> Refusal:
    return Refusal(
        "unknown_campaign", f"there is no campaign {campaign}: `tickworks campaign list` shows them"
    )
