"""The editor's one act: any mix of changes to a service, in one transaction with one audit entry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from actors.service import Service
from coordinator.grants import RunMessage, grant_pass
from domain.time.clock import rfc3339
from node.site import Site
from schedules.edit import EditedMeanwhile, Editor, EditRefused
from store import database
from store.run import step
from store.tx import Tx
from web.acts.named import usable
from web.acts.refusal import Refusal
from web.acts.sent import send
from web.acts.wanted import wanted
from web.shown import services as shown

Shown = dict[str, Any]


class EditProblems(Refusal):
    """The edit was not made; ``problems`` has one line for each field that is wrong."""

    def __init__(self, problems: Mapping[str, str], code: str = "bad_value") -> None:
        # What is wrong with the whole stands under no name.
        parts = (f"{name}: {text}" if name else text for name, text in problems.items())
        super().__init__(code, "; ".join(parts))
        self.problems = dict(problems)


class Edited(Refusal):
    """Somebody else edited it since it was looked at. ``current``: the service as it is now.

    ``changed_by`` and ``changed_at`` (RFC 3339) are of the newest entry of its audit trail, ``change``
    its action, before, after and reason; all None where no person did it (a new configuration file).
    """

    def __init__(self, text: str, current: Shown, last: Mapping[str, Any] | None) -> None:
        super().__init__("edited_meanwhile", text)
        self.current = current
        self.changed_by: str | None = last["actor"] if last else None
        self.changed_at = rfc3339(last["at"]) if last else None
        self.change = _change(last) if last else None


def edit(
    site: Site,
    words: str,
    changes: Mapping[str, Any],
    *,
    by: str,
    expect: int | None = None,
    reason: str | None = None,
) -> Shown:
    """Change a service; it as `web.shown.services.one` shows it then.

    `changes` has fields as `services --json` names them: enabled; kind with period and align, or with
    times, zone, weekdays and days; priority, parallel, time_limit (s), misfire, misfire_window (s),
    overlap, retries, retry_lost; options {name: value}; tasks {title: true or false}; logging,
    logging_until (UTC epoch seconds); instances of a daemon; and revert, a list of names (also
    ``options.NAME`` and ``tasks.TITLE``) that go back to what the file or the code says.
    ``expect`` is the revision that was looked at.

    Raises EditProblems, Edited, Refusal (unknown_service, legacy, off, planned, unknown_here),
    DatabaseAway.
    """
    service = usable(site, words)

    def work(tx: Tx) -> list[RunMessage]:
        now = site.clock.now()
        editor = Editor(tx, by=by, now=now, zone=site.zone, reason=reason)
        row = editor.look(service.name, expect)
        values = shown.values_of(service, None, row)
        asked = wanted(service, values, switches_of(service, tx), changes, now)
        if asked.code:
            raise EditProblems(asked.problems, asked.code)
        editor.change(service.name, asked.changes, revert=asked.revert)
        return grant_pass(tx, site.rules, now).messages

    try:
        messages = database.write(work)
    except EditedMeanwhile as error:
        current = shown.one(site, database.read(), service.name)
        raise Edited(str(error), current, error.last) from None
    except EditRefused as error:
        raise refusal(error) from None
    send(site, messages)
    return shown.one(site, database.read(), service.name)


def switches_of(service: Service, tx: Tx | None) -> dict[str, bool]:
    """Whether each task of a service is carried out, by title."""
    known = step.states(tx, service.name) if tx else {}
    live = {title: row["enabled"] for (_, title), row in known.items() if row["enabled"] is not None}
    return {task.title: bool(live.get(task.title, task.enabled)) for task in service.tasks}


def refusal(error: EditRefused) -> Refusal:
    """What the editor refused, as the error of all acts."""
    # The catalogue has it, the database does not: nothing was started since it was added.
    if error.code == "unknown_service":
        return Refusal("unknown_here", f"{error}: start a node with it first (`tickworks up`)")
    if error.problems:
        return EditProblems(error.problems, error.code)
    return Refusal(error.code, str(error))


def _change(last: Mapping[str, Any]) -> Shown:
    states = {key: json.loads(last[key]) if last[key] else None for key in ("before", "after")}
    return {"action": last["action"], **states, "reason": last["reason"]}
