"""Mail campaigns of this folder's system."""

from __future__ import annotations

from typing import Any

from cli.opened import Opened, who
from domain.campaign import audience
from domain.campaign.audience import Audience
from domain.campaign.campaign import Campaign
from domain.mail.problem import MailProblem
from store.campaign import kept
from web.acts.campaigns import Campaigns as Acts
from web.acts.campaigns import found
from web.acts.refusal import Refusal
from web.shown import campaigns as shown

Row = dict[str, Any]


class Campaigns:
    """See `web.shown.campaigns`, `web.acts.campaigns`; a campaign is given by name or number."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def listing(self, limit: int) -> Row:
        """``{campaigns, next}``, the newest first."""
        return shown.page(self._opened.tx, limit)

    def one(self, campaign: str) -> Row:
        """All about one."""
        row = shown.one(self._opened.tx, self._found(campaign)["id"])
        assert row is not None
        return row

    def add(self, given: Row, chosen: Row, reason: str | None) -> int:
        """Keep a draft: name, subject, text, organisation, sender, per_minute; for whom. Its number."""
        try:
            listed = audience.people(chosen["list"]) if chosen["list"] else ()
        except MailProblem as problem:
            raise Refusal("bad_value", str(problem)) from None
        to = Audience(tuple(chosen["organisations"]), tuple(chosen["kinds"]), tuple(chosen["duties"]), listed)
        text = {**given, "body": given["text"]}
        del text["text"]
        return self._acts(reason).add(Campaign(**text, audience=to))

    def preview(self, campaign: str, number: int) -> Row:
        """The mail as the recipient of this number (from 1) would get it."""
        row = kept.one(self._opened.tx, self._found(campaign)["id"])
        return shown.preview(self._opened.tx, kept.read(row or {}), number - 1)

    def schedule(self, campaign: str, starts_at: float | None, reason: str | None) -> tuple[str, int]:
        """Its name, and how many it is for."""
        row = self._found(campaign)
        return row["name"], self._acts(reason).schedule(row["id"], starts_at)

    def pause(self, campaign: str, reason: str | None) -> tuple[str, int]:
        """Its name, and how many mails came back."""
        row = self._found(campaign)
        return row["name"], self._acts(reason).pause(row["id"])

    def resume(self, campaign: str, reason: str | None) -> str:
        """Its name."""
        row = self._found(campaign)
        self._acts(reason).resume(row["id"])
        return str(row["name"])

    def cancel(self, campaign: str, reason: str | None) -> str:
        """Its name."""
        row = self._found(campaign)
        self._acts(reason).cancel(row["id"])
        return str(row["name"])

    def _found(self, campaign: str) -> Row:
        return found(self._opened.tx, campaign)

    def _acts(self, reason: str | None) -> Acts:
        return Acts(self._opened.site, by=who(), reason=reason)
