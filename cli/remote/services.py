"""Services of a system elsewhere: how they are, and their edits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cli.remote.connection import Connection
from domain.time.clock import rfc3339
from web.acts.refusal import Refusal

Row = dict[str, Any]


class Services:
    """As `cli.local.services.Services`. All raise Refusal."""

    def __init__(self, connection: Connection) -> None:
        self._at = connection

    def listing(self) -> list[Row]:
        """Every service."""
        return self._at.rows(self._at.get("services"), "services")

    def one(self, words: str) -> Row:
        """The service of this name, title or alias, with all there is to know of it."""
        return self._at.get("services", self.path(words))

    def preview(self, words: str, changes: Mapping[str, Any], count: int) -> Row:
        """What an edit would come to, with the next `count` starts."""
        where = ("services", self.path(words), "schedule", "preview")
        return self._at.ask(*where, body=dict(changes), count=count)

    def change(self, words: str, changes: Mapping[str, Any], reason: str | None) -> str:
        """Edit it; its name."""
        body = {**changes, "reason": reason} if reason is not None else dict(changes)
        edited = self._at.patch("services", self.path(words), body=body)
        return str(self._at.value(edited, "name"))

    def enable(self, words: Sequence[str], reason: str | None) -> dict[str, bool]:
        """By name, False for one that was enabled."""
        return self._all("enable", words, reason)

    def disable(self, words: Sequence[str], reason: str | None) -> dict[str, bool]:
        """By name, False for one that was disabled."""
        return self._all("disable", words, reason)

    def pause(self, words: Sequence[str], until: float | None, reason: str | None) -> dict[str, bool]:
        """By name, False for one that was paused; no words: all."""
        return self._all("pause", words, reason, until)

    def resume(self, words: Sequence[str], reason: str | None) -> dict[str, bool]:
        """By name, False for one that was not paused; no words: all."""
        return self._all("resume", words, reason)

    def logging(self, words: str, on: bool, until: float | None) -> dict[str, bool]:
        """By name, False if it was so."""
        return self._all("logging_on" if on else "logging_off", [words], None, until)

    def maintenance(self, on: bool, reason: str | None) -> bool:
        """False if it was so."""
        done = self._at.post("maintenance", body={"on": on, "reason": reason})
        return bool(self._at.value(done, "changed"))

    def restart(self, words: str, node: str | None, reason: str | None) -> int:
        """How many processes of a daemon are replaced."""
        body = {"node": node, "reason": reason}
        done = self._at.post("services", self.path(words), "restart", body=body)
        return int(self._at.value(done, "instances"))

    def _all(
        self, do: str, words: Sequence[str], reason: str | None, until: float | None = None
    ) -> dict[str, bool]:
        """To all of them in one go, or to none."""
        body = {"names": list(words), "do": do, "until": rfc3339(until), "reason": reason, "together": True}
        done = self._at.rows(self._at.post("services", "bulk", body=body), "results")
        return {row["name"]: bool(row["changed"]) for row in done}

    def path(self, words: str) -> str:
        """What stands for it in a path, which a title with a slash would break. Raises Refusal."""
        if words and "/" not in words:
            return words
        for row in self.listing() if words else []:
            if words.casefold() in (known.casefold() for known in (row["title"], *row["aliases"])):
                return str(row["name"])
        raise Refusal("unknown_service", f"there is no service {words!r}: see `tickworks services`")
