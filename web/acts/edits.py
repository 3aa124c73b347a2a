"""Live edits of services: in force with the commit, and whoever may start by them starts at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from coordinator.grants import RunMessage, grant_pass
from node.site import Site
from schedules.edit import Editor, EditRefused
from store import database, service
from store.tx import Tx
from web.acts.edit_service import edit, refusal
from web.acts.named import usable
from web.acts.refusal import Refusal
from web.acts.sent import send

Result = TypeVar("Result")


class Edits:
    """The edits of one person; each is one transaction.

    They raise Refusal (unknown_service, legacy, off, planned, daemon, bad_schedule, bad_value,
    parallel_with_groups, edited_meanwhile, unknown_here) and DatabaseAway.
    """

    def __init__(self, site: Site, *, by: str, reason: str | None = None) -> None:
        self._site = site
        self._by = by
        self._reason = reason

    def enable(self, words: Sequence[str]) -> dict[str, bool]:
        """Plan these again; by name, False for one that was enabled."""
        return self._each(words, Editor.enable)

    def disable(self, words: Sequence[str]) -> dict[str, bool]:
        """Plan these no more; by name, False for one that was disabled."""
        return self._each(words, Editor.disable)

    def pause(self, words: Sequence[str], until: float | None = None) -> dict[str, bool]:
        """Start nothing of these (none given: of all) until resumed; False for one that was paused."""
        self._check_until(until)
        return self._each(words or self._all(), lambda editor, name: editor.pause(name, until))

    def resume(self, words: Sequence[str]) -> dict[str, bool]:
        """Let these (none given: all) go on; False for one that was not paused."""
        return self._each(words or self._all(), Editor.resume)

    def maintenance(self, on: bool) -> bool:
        """Start nothing on the whole site, or go on; False if it was so."""
        return self._edit(lambda editor: editor.maintenance(on))

    def logging(self, words: str, on: bool, until: float | None = None) -> dict[str, bool]:
        """Switch full logging of its runs; by name, False if it was so."""
        return self._each([words], lambda editor, name: editor.logging(name, on, until))

    def change(self, words: str, **changes: Any) -> str:
        """Change anything `web.acts.edit_service.edit` takes; the service's name."""
        return str(edit(self._site, words, changes, by=self._by, reason=self._reason)["name"])

    def _each(self, words: Sequence[str], act: Callable[[Editor, str], bool]) -> dict[str, bool]:
        names = list(dict.fromkeys(usable(self._site, each).name for each in words))
        return self._edit(lambda editor: {name: act(editor, name) for name in names})

    def _all(self) -> list[str]:
        known = {row["name"] for row in service.rows(database.read())}
        return [name for name in self._site.services if name in known]

    def _edit(self, work: Callable[[Editor], Result]) -> Result:
        """One transaction with the edit and the grants it makes possible."""

        def both(tx: Tx) -> tuple[Result, list[RunMessage]]:
            now = self._site.clock.now()
            editor = Editor(tx, by=self._by, now=now, zone=self._site.zone, reason=self._reason)
            return work(editor), grant_pass(tx, self._site.rules, now).messages

        try:
            result, messages = database.write(both)
        except EditRefused as error:
            raise refusal(error) from None
        send(self._site, messages)
        return result

    def _check_until(self, until: float | None) -> None:
        if until is not None and until <= self._site.clock.now():
            raise Refusal("bad_value", "until: the time has passed already; give one that is ahead")
