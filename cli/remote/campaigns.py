"""Mail campaigns of a system elsewhere."""

from __future__ import annotations

from typing import Any

from cli.remote.connection import Connection
from web.acts.refusal import Refusal

Row = dict[str, Any]


class Campaigns:
    """As `cli.local.campaigns.Campaigns`. All raise Refusal."""

    def __init__(self, connection: Connection) -> None:
        self._at = connection

    def listing(self, limit: int) -> Row:
        """``{campaigns, next}``, the newest first."""
        return self._page(limit, None)

    def one(self, campaign: str) -> Row:
        """All about one."""
        return self._got(campaign)

    def add(self, given: Row, chosen: Row, reason: str | None) -> int:
        """Keep a draft: name, subject, text, organisation, sender, per_minute; for whom. Its number."""
        made = self._at.ask("campaigns", body={**given, "audience": chosen}, reason=reason)
        return int(self._at.value(made, "id"))

    def preview(self, campaign: str, number: int) -> Row:
        """The mail as the recipient of this number (from 1) would get it."""
        return self._got(campaign, "preview", number=number)

    def schedule(self, campaign: str, starts_at: float | None, reason: str | None) -> tuple[str, int]:
        """Its name, and how many it is for."""
        done = self._do(campaign, "schedule", {"starts_at": starts_at}, reason)
        return str(self._at.value(done, "name")), int(self._at.value(done, "people") or 0)

    def pause(self, campaign: str, reason: str | None) -> tuple[str, int]:
        """Its name, and how many mails came back."""
        done = self._do(campaign, "pause", {}, reason)
        return str(self._at.value(done, "name")), int(self._at.value(done, "came_back"))

    def resume(self, campaign: str, reason: str | None) -> str:
        """Its name."""
        return str(self._at.value(self._do(campaign, "resume", {}, reason), "name"))

    def cancel(self, campaign: str, reason: str | None) -> str:
        """Its name."""
        return str(self._at.value(self._do(campaign, "cancel", {}, reason), "name"))

    def _got(self, campaign: str, *part: str, **query: int) -> Row:
        try:
            return self._at.get("campaigns", self._id(campaign), *part, **query)
        except Refusal as error:
            raise _unknown(campaign) if error.code == "unknown_campaign" else error from None

    def _do(self, campaign: str, verb: str, body: Row, reason: str | None) -> Row:
        return self._at.ask("campaigns", self._id(campaign), verb, body=body, reason=reason)

    def _page(self, limit: int, before: int | None) -> Row:
        found = self._at.get("campaigns", limit=limit, before=before)
        return {"campaigns": self._at.rows(found, "campaigns"), "next": self._at.value(found, "next")}

    def _id(self, campaign: str) -> int:
        before = None
        while True:
            found = self._page(500, before)
            for row in found["campaigns"]:
                if row["name"].lower() == campaign.lower():
                    return int(row["id"])
            before = found["next"]
            if before is None:
                break
        if campaign.isascii() and campaign.isdigit() and 0 < int(campaign) < 2**63:
            return int(campaign)
        raise _unknown(campaign)


def _unknown(campaign: str) -> Refusal:
    return Refusal(
        "unknown_campaign", f"there is no campaign {campaign}: `tickworks campaign list` shows them"
    )
