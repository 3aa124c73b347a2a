"""Group Job Settings: all limits of the work queue in one edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from node.site import Site
from store import change, database, setting
from store.job import limits
from store.job.lock import lock
from store.tx import Tx
from web.acts.refusal import Refusal
from web.shown import job_settings, jobs

#: The most jobs at once, of a kind and overall: more than that no site has threads for.
MOST = 1_000

Values = Mapping[str, Any]


def save(
    site: Site,
    queue: Values,
    kinds: Mapping[str, Values],
    *,
    by: str,
    expect: str | None = None,
    reason: str | None = None,
) -> int:
    """Set `at_once`, `automatic` of the queue, and `priority`, `parallel`, `automatic` of kinds.

    How many values changed. `expect` is the version that was looked at.
    Raises Refusal (unknown_kind, bad_value, edited_meanwhile).
    """
    known = jobs.declared(site)
    for name in kinds.keys() - known.keys():
        raise Refusal("unknown_kind", f"there is no kind of job {name!r}: see `tickworks jobs kinds`")
    _check(queue, kinds)

    def work(tx: Tx) -> int:
        lock(tx)
        stored = setting.get(tx, limits.SETTING) or {}
        if expect is not None and expect != job_settings.version(stored):
            raise Refusal(
                "edited_meanwhile", "somebody else has changed these settings meanwhile: load the page again"
            )
        own = stored.get("kinds", {})
        coded = {"at_once": limits.AT_ONCE, "automatic": True}
        changed = _put(tx, site, by, reason, None, queue, coded, stored)
        for name, values in kinds.items():
            of_kind = {
                "priority": known[name].priority,
                "parallel": known[name].parallel,
                "automatic": True,
            }
            changed += _put(tx, site, by, reason, name, values, of_kind, own.get(name, {}))
        return changed

    return database.write(work)


def _put(
    tx: Tx,
    site: Site,
    by: str,
    reason: str | None,
    kind: str | None,
    values: Values,
    coded: Values,
    live: Values,
) -> int:
    """Write what differs from what is in force; what equals the code is the code's again."""
    differs = {name: value for name, value in values.items() if value != live.get(name, coded[name])}
    if not differs:
        return 0
    now = site.clock.now()
    wanted = {name: None if value == coded[name] else value for name, value in differs.items()}
    limits.change(tx, wanted, now, kind)
    change.record(
        tx,
        actor=by,
        action="job limits",
        target="job queue" if kind is None else f"job kind {kind}",
        now=now,
        before={name: live.get(name, coded[name]) for name in differs},
        after=differs,
        reason=reason,
    )
    return len(differs)


def _check(queue: Values, kinds: Mapping[str, Values]) -> None:
    bounds = {"at_once": (1, MOST), "parallel": (1, MOST), "priority": (0, 10)}
    for what, values in (("", queue), *((f"{name}: ", own) for name, own in kinds.items())):
        for name, (least, most) in bounds.items():
            value = values.get(name, least)
            if not isinstance(value, int) or not least <= value <= most:
                raise Refusal(
                    "bad_value", f"{what}{name.replace('_', ' ')}: expected {least} to {most}, got {value!r}"
                )
