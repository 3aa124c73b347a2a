"""What operators do with alerts: acknowledge them, keep them quiet, plan when they are expected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from domain.alert.finding import RULES
from domain.time.clock import rfc3339
from node.site import Site
from store import alert, change, database, mute
from store.tx import Tx
from web.acts.named import find
from web.acts.refusal import Refusal

#: What an object may begin with; the rest is its name, or its first letters and a star.
_OBJECT = re.compile(
    r"(?:(?:service|node|run_group|job_kind|check|event_hook|directory|directory_user) \S.*|beat|outbox)"
)
OBJECTS = (
    '"service NAME", "node NAME", "run_group NAME", "job_kind NAME", "check SERVER/NAME", '
    '"event_hook NAME", "directory NAME", "directory_user DIRECTORY/ACCOUNT", "beat", "outbox"'
)
LONGEST_TEXT = 500
#: The longest mute and window, in s: what nobody wants to hear of for longer should be switched off.
LONGEST = 366 * 86_400.0


def acknowledge(site: Site, alert_id: int, *, by: str, note: str | None = None) -> None:
    """Say that somebody looks after an open alert; it stays so until it is over.

    Raises Refusal (unknown_alert, ended, acknowledged, bad_value).
    """
    note, now = _text("note", note), site.clock.now()

    def work(tx: Tx) -> None:
        row = _open(tx, alert_id)
        if not alert.acknowledge(tx, alert_id, by=by, note=note, now=now):
            who = row["acknowledged_by"] or "somebody else"
            raise Refusal("acknowledged", f"alert {alert_id} was acknowledged by {who} before")
        _record(tx, site, by, "acknowledge", f"alert {alert_id}", reason=note)

    database.write(work)


def unacknowledge(site: Site, alert_id: int, *, by: str) -> None:
    """Take that back. Raises Refusal (unknown_alert, ended, not_acknowledged)."""

    def work(tx: Tx) -> None:
        _open(tx, alert_id)
        if not alert.unacknowledge(tx, alert_id):
            raise Refusal(
                "not_acknowledged", f"alert {alert_id} is not acknowledged: there is nothing to undo"
            )
        _record(tx, site, by, "unacknowledge", f"alert {alert_id}")

    database.write(work)


def silence(
    site: Site,
    rule: str | None,
    *,
    by: str,
    about: str | None = None,
    seconds: float | None = None,
    reason: str | None = None,
) -> int:
    """Keep alerts of a rule (None: of any) about an object (None: any) quiet for `seconds`, or until ended.

    The mute's id. Raises Refusal (bad_value, unknown_service).
    """
    if rule is None and about is None:
        raise Refusal("bad_value", "give a rule or an object: for the whole site, plan a maintenance window")
    if rule is not None and rule not in RULES:
        raise Refusal("bad_value", f"there is no rule {rule!r}: expected one of {', '.join(RULES)}")
    if seconds is not None and not 0 < seconds <= LONGEST:
        raise Refusal("bad_value", f"for: expected more than 0 and at most {LONGEST:.0f} s, got {seconds:g}")
    about, reason, now = _about(site, about), _text("reason", reason), site.clock.now()
    until = None if seconds is None else now + seconds

    def work(tx: Tx) -> int:
        made = mute.add(tx, rule=rule, about=about, until=until, by=by, reason=reason, now=now)
        after = {"rule": rule, "object": about, "until": rfc3339(until)}
        _record(tx, site, by, "mute", f"mute {made}", after=after, reason=reason)
        return made

    return database.write(work)


def unmute(site: Site, mute_id: int, *, by: str) -> None:
    """End a mute: what it kept quiet and is still open is told now. Raises Refusal (unknown_mute)."""

    def work(tx: Tx) -> None:
        row = mute.end(tx, mute_id, site.clock.now())
        if row is None:
            raise Refusal("unknown_mute", f"no mute {mute_id} is in force: `tickworks alerts` lists them")
        before = {"rule": row["rule"], "object": row["object"], "until": rfc3339(row["until"])}
        _record(tx, site, by, "unmute", f"mute {mute_id}", before=before)

    database.write(work)


def plan_window(
    site: Site,
    *,
    starts_at: float | None,
    ends_at: float,
    by: str,
    about: str | None = None,
    reason: str | None = None,
) -> int:
    """Plan a maintenance window (epoch seconds; `starts_at` None: now) for an object (None: the whole site).

    Runs go on in it, only alerts are quiet. The window's id. Raises Refusal (bad_value, unknown_service).
    """
    now = site.clock.now()
    begins = now if starts_at is None else starts_at
    if ends_at <= max(begins, now):
        raise Refusal("bad_value", "until: a window ends after its begin, and in the future")
    if ends_at - begins > LONGEST:
        raise Refusal("bad_value", f"until: a window lasts at most {LONGEST / 86_400:.0f} days")
    about, reason = _about(site, about), _text("reason", reason)

    def work(tx: Tx) -> int:
        made = mute.plan(tx, about=about, starts_at=begins, ends_at=ends_at, by=by, reason=reason)
        after = {"object": about, "starts_at": rfc3339(begins), "ends_at": rfc3339(ends_at)}
        _record(tx, site, by, "plan window", f"maintenance_window {made}", after=after, reason=reason)
        return made

    return database.write(work)


def cancel_window(site: Site, window_id: int, *, by: str) -> None:
    """Cancel a window that is not over. Raises Refusal (unknown_window)."""

    def work(tx: Tx) -> None:
        row = mute.cancel(tx, window_id, site.clock.now())
        if row is None:
            text = f"no maintenance window {window_id} is planned or in force: `tickworks alerts` lists them"
            raise Refusal("unknown_window", text)
        times = {key: rfc3339(row[key]) for key in ("starts_at", "ends_at")}
        before = {"object": row["object"], **times}
        _record(tx, site, by, "cancel window", f"maintenance_window {window_id}", before=before)

    database.write(work)


def _open(tx: Tx, alert_id: int) -> Mapping[str, Any]:
    row = alert.one(tx, alert_id)
    if row is None:
        raise Refusal("unknown_alert", f"there is no alert {alert_id}: `tickworks alerts` lists them")
    if row["resolved_at"] is not None:
        raise Refusal("ended", f"alert {alert_id} is over already: there is nothing to look after")
    return row


def _about(site: Site, text: str | None) -> str | None:
    """The object meant; a service may be named by its title or an alias."""
    if text is None:
        return None
    words = " ".join(text.split())
    if not _OBJECT.fullmatch(words) or len(words) > LONGEST_TEXT:
        raise Refusal("bad_value", f"object: expected {OBJECTS}, got {words[:80]!r}")
    kind, _, name = words.partition(" ")
    if kind == "service" and not name.endswith("*"):
        return f"service {find(site, name).name}"
    return words


def _text(what: str, text: str | None) -> str | None:
    words = " ".join((text or "").split())
    if len(words) > LONGEST_TEXT:
        raise Refusal("bad_value", f"{what}: expected at most {LONGEST_TEXT} characters, got {len(words)}")
    return words or None


def _record(tx: Tx, site: Site, by: str, action: str, target: str, **more: Any) -> None:
    change.record(tx, actor=by, action=action, target=target, now=site.clock.now(), **more)
