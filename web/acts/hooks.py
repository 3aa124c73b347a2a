"""What operators do with event hooks: pause and resume them, and have a call tried again."""

from __future__ import annotations

from typing import Any

from node.site import Site
from store import change, database
from store.hooks import calls, state
from store.object import read as objects
from store.tx import Tx
from web.acts.refusal import Refusal

LONGEST_REASON = 500


class Hooks:
    """The acts of one person. They raise Refusal (unknown_hook, unknown_call, paused, ended, bad_value)."""

    def __init__(self, site: Site, *, by: str) -> None:
        self._site = site
        self._by = by

    def pause(self, hook: str | int, reason: str | None = None) -> str:
        """Call a hook no more until it is resumed; what happens meanwhile waits. Its name."""
        said = (reason or "").strip() or None
        if said is not None and (len(said) > LONGEST_REASON or not said.isprintable()):
            raise Refusal("bad_value", f"reason: expected one line of at most {LONGEST_REASON} characters")

        def work(tx: Tx) -> str:
            row = _hook(tx, hook)
            if not state.pause(tx, row["id"], self._by, said, self._site.clock.now()):
                raise Refusal("paused", f"hook {row['name']} is paused already")
            return self._record(tx, "hook pause", row["name"], said)

        return database.write(work)

    def resume(self, hook: str | int) -> str:
        """Call a hook again; what waits goes with the next run. Its name."""

        def work(tx: Tx) -> str:
            row = _hook(tx, hook)
            if not state.resume(tx, row["id"], self._site.clock.now()):
                raise Refusal("paused", f"hook {row['name']} is not paused: there is nothing to resume")
            return self._record(tx, "hook resume", row["name"], None)

        return database.write(work)

    def retry(self, call_id: int) -> None:
        """Have a call tried with the next run, with its own key, also one that was given up."""

        def work(tx: Tx) -> None:
            row = calls.one(tx, call_id)
            if row is None:
                raise Refusal(
                    "unknown_call", f"there is no call {call_id}: `tickworks hooks calls` lists them"
                )
            if not calls.retry(tx, call_id, self._site.clock.now()):
                said = "has arrived" if row["state"] == "done" else f"is {row['state']}"
                raise Refusal("ended", f"call {call_id} {said}: there is nothing to try again")
            self._record(tx, "hook retry", f"call {call_id}", None)

        database.write(work)

    def _record(self, tx: Tx, action: str, name: str, reason: str | None) -> str:
        target = name if name.startswith("call ") else f"event_hook {name}"
        now = self._site.clock.now()
        change.record(tx, actor=self._by, action=action, target=target, now=now, reason=reason)
        return name


def _hook(tx: Tx, hook: str | int) -> dict[str, Any]:
    row = objects.by_id(tx, "event_hook", hook) if isinstance(hook, int) else None
    if isinstance(hook, str):
        row = objects.by_key(tx, "event_hook", hook)
    if row is None or row["archived_at"] is not None:
        raise Refusal("unknown_hook", f"there is no hook {hook}: `tickworks hooks list` shows them")
    return row
