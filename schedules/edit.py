"""Live edits of a service: in force with the commit, on all nodes, without moving anybody else.

Every edit first accounts for what was planned up to now under the old rule, then switches. Each
moves the service's revision, also a pause, logging and the switch of a step: whoever says which
revision he looked at never overwrites somebody else's edit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.time.rule import Rule
from domain.time.settle import default_window
from domain.time.stored import from_json, to_json
from schedules.editable import edit_problems
from schedules.ledger import account
from store import change, service, setting
from store.run import cancelled, granted, step, waiting
from store.tx import Tx

Values = dict[str, Any]


class EditRefused(Exception):
    """The edit cannot be made; `code` is stable, the text says why, `problems` by field."""

    def __init__(self, code: str, text: str, problems: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.problems = dict(problems or {})


class EditedMeanwhile(EditRefused):
    """Somebody else was faster; `last` is the newest entry of the audit trail on the service, or None."""

    def __init__(self, text: str, last: Mapping[str, Any] | None) -> None:
        super().__init__("edited_meanwhile", text)
        self.last = last


class Editor:
    """Edits by one person; ``by`` is written to the audit with each."""

    def __init__(self, tx: Tx, *, by: str, now: float, zone: ZoneInfo, reason: str | None = None) -> None:
        tx.grant_lock()
        self._tx = tx
        self._by = by
        self._now = now
        self._zone = zone
        self._reason = reason

    def look(self, name: str, expect: int | None = None) -> Values:
        """The service's row, accounted for up to now under the rule it had.

        Raises EditRefused, and EditedMeanwhile when its revision is not the one that is expected.
        """
        row = service.one(self._tx, name)
        if row is None or not row["present"]:
            raise EditRefused("unknown_service", f"no service {name!r} is switched on here")
        if expect is not None and row["revision"] != expect:
            raise self._meanwhile(row)
        account(self._tx, [row], self._now, self._zone)
        return row

    def change(
        self,
        name: str,
        changes: Mapping[str, Any],
        *,
        revert: Sequence[str] = (),
        expect: int | None = None,
    ) -> Values:
        """Change any of what `schedules.editable` lists, and take `revert` back to the file's or code's.

        ``options.NAME`` or ``tasks.TITLE`` takes one of them back. One edit with one entry in the audit
        trail. `expect` is the revision that was looked at. What is so already is left alone. The values
        that are new by this, by key; empty: nothing changed.
        Raises EditRefused, EditedMeanwhile.
        """
        row = self.look(name, expect)
        values = service.in_force(json.loads(row["defaults"]), json.loads(row["live"]))
        problems = edit_problems(row["title"], values, changes, revert, self._now)
        if problems:
            raise _refused(problems)
        settings, unset = _settings(row, values, changes, revert)
        before, after = _differences(row, values, settings, unset)
        logging = _logging(row, changes)
        if logging is not None:
            before |= {"logging": bool(row["logging"]), "logging_until": row["logging_until"]}
            after |= {"logging": logging[0], "logging_until": logging[1]}
        switches = self._switches(name, changes.get("tasks", {}), revert)
        if switches:
            before["tasks"], after["tasks"] = switches
        if not after and not unset:
            return {}
        service.account_edited(self._tx, name, int(self._now))
        if not service.edit(self._tx, row, settings, unset, logging):
            raise self._meanwhile(row)
        for title, on in after.get("tasks", {}).items():
            step.switch(self._tx, name, title, on)
        self._follow(name, before, after)
        self._record(_action(changes, after, unset), name, before, after)
        return after

    def schedule(self, name: str, rule: Rule) -> None:
        """Give a service another schedule. Raises EditRefused."""
        self.change(name, {"rule": to_json(rule)})

    def values(self, name: str, **changes: Any) -> None:
        """Change what `schedules.editable` lists; waiting runs get a new priority too. Raises EditRefused."""
        self.change(name, changes)

    def revert(self, name: str, *keys: str) -> None:
        """Go back to what the file or the code says. Raises EditRefused."""
        self.change(name, {}, revert=keys)

    def enable(self, name: str) -> bool:
        """Plan it again, from now on; False if it was enabled."""
        return bool(self.change(name, {"enabled": True}))

    def disable(self, name: str) -> bool:
        """Plan it no more; its waiting occurrences become skipped. False if it was disabled."""
        return bool(self.change(name, {"enabled": False}))

    def logging(self, name: str, on: bool, until: float | None = None) -> bool:
        """Switch full logging of its runs on (until a time) or off; False if it was so."""
        return bool(self.change(name, {"logging": on, "logging_until": until if on else None}))

    def pause(self, name: str, until: float | None = None) -> bool:
        """Plan and start nothing of it until it is resumed; False if it was paused."""
        row = self.look(name)
        done = service.pause(self._tx, name, by=self._by, reason=self._reason, until=until, now=self._now)
        if done:
            self._take_back(name)
            self._record("pause", row["name"], None, {"until": until})
        return done

    def resume(self, name: str) -> bool:
        """Let it go on; the times that passed are skipped (paused). False if it was not paused."""
        self.look(name)
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

    def _follow(self, name: str, before: Values, after: Values) -> None:
        """What an edit means for runs that are there already."""
        if "priority" in after:
            waiting.set_priority(self._tx, name, after["priority"])
        if before.get("enabled") and not after["enabled"]:
            self._take_back(name)
            cancelled.skip_stopped(self._tx, self._now)

    def _switches(
        self, name: str, tasks: Mapping[str, bool], revert: Sequence[str]
    ) -> tuple[Values, Values] | None:
        """The switches of tasks that are to change: as they were, and as they will be."""
        known = {title: row["enabled"] for (_, title), row in step.states(self._tx, name).items()}
        wanted: dict[str, bool | None] = dict(tasks)
        wanted |= {
            title: None
            for title, on in known.items()
            if on is not None and ("tasks" in revert or f"tasks.{title}" in revert)
        }
        new = {title: on for title, on in wanted.items() if known.get(title) != on}
        # Without a switch of its own a task is as the code says, and that is not what it shall be.
        old = {title: not on if known.get(title) is None else bool(known[title]) for title, on in new.items()}
        return (old, new) if new else None

    def _take_back(self, name: str | None) -> None:
        """What was granted and not begun waits again: it must not start, nor hold its groups."""
        granted.withdraw(self._tx, granted.granted_of(self._tx, name))

    def _meanwhile(self, row: Mapping[str, Any]) -> EditedMeanwhile:
        last = change.last(self._tx, f"service {row['name']}")
        who = "somebody else"
        if last is not None:
            at = datetime.fromtimestamp(last["at"], self._zone)
            who = f"{last['actor']} ({last['action']}, {at:%H:%M:%S})"
        text = f"{row['title']} was edited meanwhile by {who}: look at it again, then edit"
        return EditedMeanwhile(text, last)

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


def _refused(problems: Mapping[str, tuple[str, str]]) -> EditRefused:
    texts = {field: text for field, (_, text) in problems.items()}
    codes = {code for code, _ in problems.values()}
    code = codes.pop() if len(codes) == 1 else "bad_value"
    whole = code in ("daemon", "parallel_with_groups", "bad_schedule")
    text = "; ".join(text if whole else f"{field}: {text}" for field, text in texts.items())
    return EditRefused(code, text, texts)


def _settings(
    row: Mapping[str, Any], values: Values, changes: Mapping[str, Any], revert: Sequence[str]
) -> tuple[Values, set[str]]:
    """What to lay over the live settings, without what is in force already; what to take from them."""
    wanted = {
        key: value
        for key, value in changes.items()
        if key in service.SETTINGS and key != "options" and value != values[key]
    }
    known = values["options"]
    options = {
        name: value
        for name, value in changes.get("options", {}).items()
        if name not in known or known[name] != value
    }
    if options:
        wanted["options"] = options
    live = json.loads(row["live"])
    unset = set(revert) & {*live, *(f"options.{name}" for name in live.get("options", {}))}
    old = from_json(values["rule"])
    if values["misfire_window"] == default_window(old) and "misfire_window" not in wanted:
        if "rule" in wanted:  # the window went with the old rule
            wanted["misfire_window"] = default_window(from_json(wanted["rule"]))
        elif "rule" in unset:
            unset.add("misfire_window")
    return wanted, unset


def _differences(
    row: Mapping[str, Any], values: Values, settings: Values, unset: set[str]
) -> tuple[Values, Values]:
    """What of the settings in force changes: as it was, and as it will be."""
    new = service.in_force(json.loads(row["defaults"]), service.live_after(row, settings, unset))
    keys = [key for key in service.SETTINGS if key != "options" and new[key] != values[key]]
    before, after = {key: values[key] for key in keys}, {key: new[key] for key in keys}
    names = [
        name for name in {**values["options"], **new["options"]}
        if values["options"].get(name) != new["options"].get(name)
    ]  # fmt: skip
    if names:
        before["options"] = {name: values["options"].get(name) for name in names}
        after["options"] = {name: new["options"].get(name) for name in names}
    return before, after


def _logging(row: Mapping[str, Any], changes: Mapping[str, Any]) -> tuple[bool, float | None] | None:
    """How logging shall be; None: as it is."""
    on = bool(changes.get("logging", row["logging"] or changes.get("logging_until") is not None))
    until = changes.get("logging_until", None if "logging" in changes else row["logging_until"])
    wanted = (on, until if on else None)
    return None if wanted == (bool(row["logging"]), row["logging_until"]) else wanted


def _action(changes: Mapping[str, Any], after: Values, unset: set[str]) -> str:
    """The word of the audit trail; whoever asks why a service is off looks for these two."""
    if "enabled" in after:
        return "enable" if after["enabled"] else "disable"
    if not changes:
        return "revert"
    if set(after) <= {"logging", "logging_until"}:
        return "logging"
    return "edit schedule" if set(after) <= {"rule", "misfire_window"} and "rule" in after else "edit"
