"""Live edits of a service: in force with the commit, on all nodes, without moving anybody else.

Every edit first accounts for what was planned up to now under the old rule, then switches.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from domain.time.rule import Rule
from domain.time.settle import default_window
from domain.time.stored import rule_of, to_json
from schedules.editable import value_problems
from schedules.ledger import account
from store import change, service, setting
from store.run import cancelled, granted, waiting
from store.tx import Tx


class EditRefused(Exception):
    """The edit cannot be made; `code` is stable, the text says why."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Editor:
    """Edits by one person; ``by`` is written to the audit with each."""

    def __init__(self, tx: Tx, *, by: str, now: float, zone: ZoneInfo, reason: str | None = None) -> None:
        tx.grant_lock()
        self._tx = tx
        self._by = by
        self._now = now
        self._zone = zone
        self._reason = reason

    def schedule(self, name: str, rule: Rule) -> None:
        """Give a service another schedule. Raises EditRefused."""
        row = self._row(name)
        if row["kind"] == "daemon":
            raise EditRefused("daemon", f"{row['title']} is a daemon: it has no schedule")
        if problems := rule.problems():
            raise EditRefused("bad_schedule", "; ".join(problems))
        changes: dict[str, Any] = {"rule": to_json(rule)}
        if row["misfire_window"] == default_window(rule_of(row["rule"])):  # it went with the old rule
            changes["misfire_window"] = default_window(rule)
        self._change(row, changes, "edit schedule")

    def values(self, name: str, **changes: Any) -> None:
        """Change what `schedules.editable` lists; waiting runs get a new priority too. Raises EditRefused."""
        row = self._row(name)
        if problems := value_problems(changes):
            raise EditRefused("bad_value", "; ".join(problems))
        if changes.get("parallel", 1) > 1 and row["run_groups"]:
            raise EditRefused(
                "parallel_with_groups",
                f"{row['title']} has run groups ({row['run_groups']}), which allow one run at a time",
            )
        self._change(row, changes, "edit")

    def revert(self, name: str, *keys: str) -> None:
        """Go back to what the file or the code says."""
        row = self._row(name)
        if "rule" in keys and row["misfire_window"] == default_window(rule_of(row["rule"])):
            keys = (*keys, "misfire_window")  # it went with the rule
        self._change(row, {}, "revert", unset=keys)

    def enable(self, name: str) -> bool:
        """Plan it again, from now on; False if it was enabled."""
        row = self._row(name)
        if row["enabled"]:
            return False
        self._change(row, {"enabled": True}, "enable")
        return True

    def disable(self, name: str) -> bool:
        """Plan it no more; its waiting occurrences become skipped. False if it was disabled."""
        row = self._row(name)
        if not row["enabled"]:
            return False
        self._change(row, {"enabled": False}, "disable")
        self._take_back(name)
        cancelled.skip_stopped(self._tx, self._now)
        return True

    def pause(self, name: str, until: float | None = None) -> bool:
        """Plan and start nothing of it until it is resumed; False if it was paused."""
        row = self._row(name)
        done = service.pause(self._tx, name, by=self._by, reason=self._reason, until=until, now=self._now)
        if done:
            self._take_back(name)
            self._record("pause", row["name"], None, {"until": until})
        return done

    def resume(self, name: str) -> bool:
        """Let it go on; the times that passed are skipped (paused). False if it was not paused."""
        self._row(name)
        done = service.resume(self._tx, name)
        if done:
            self._record("resume", name, None, None)
        return done

    def maintenance(self, on: bool) -> bool:
        """Start nothing on the whole site, or go on; False if it was so already."""
        account(self._tx, service.rows(self._tx), self._now, self._zone)
        known = setting.get(self._tx, "maintenance")
        if (known is not None) == on:
            return False
        if on:
            value = {"at": self._now, "by": self._by, "reason": self._reason}
            setting.put(self._tx, "maintenance", value, self._now)
            self._take_back(None)
        else:
            setting.remove(self._tx, "maintenance")
        self._record("maintenance on" if on else "maintenance off", "", None, None)
        return True

    def logging(self, name: str, on: bool, until: float | None = None) -> None:
        """Switch full logging of its runs on (until a time) or off."""
        row = self._row(name)
        service.set_logging(self._tx, name, on, until)
        before = {"logging": bool(row["logging"]), "until": row["logging_until"]}
        self._record("logging", name, before, {"logging": on, "until": until if on else None})

    def _take_back(self, name: str | None) -> None:
        """What was granted and not begun waits again: it must not start, nor hold its groups."""
        granted.withdraw(self._tx, granted.granted_of(self._tx, name))

    def _row(self, name: str) -> dict[str, Any]:
        """The service's row, accounted for up to now under the rule it had."""
        row = service.one(self._tx, name)
        if row is None or not row["present"]:
            raise EditRefused("unknown_service", f"no service {name!r} is switched on here")
        account(self._tx, [row], self._now, self._zone)
        return row

    def _change(
        self, row: Mapping[str, Any], changes: Mapping[str, Any], action: str, unset: Sequence[str] = ()
    ) -> None:
        live = json.loads(row["live"])
        defaults = json.loads(row["defaults"])
        service.account_until(self._tx, [row["name"]], int(self._now))
        if not service.edit(self._tx, row, changes, self._now, unset):
            raise EditRefused("edited_meanwhile", f"somebody else edited {row['title']}: look again")
        after = {key: defaults.get(key) for key in unset} | dict(changes)
        if "priority" in after:
            waiting.set_priority(self._tx, row["name"], after["priority"])
        old = service.in_force(defaults, live)
        self._record(action, row["name"], {key: old.get(key) for key in after}, after)

    def _record(self, action: str, name: str, before: Any, after: Any) -> None:
        change.record(
            self._tx,
            actor=self._by,
            action=action,
            target=f"service {name}" if name else "site",
            now=self._now,
            before=before,
            after=after,
            reason=self._reason,
        )
