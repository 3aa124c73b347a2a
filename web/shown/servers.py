"""Servers as ``tickworks servers --json``, the API and the pages show them: state, figures, samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.time.clock import rfc3339
from store import mirror, sample
from store.monitoring import listed
from store.object import read
from store.tx import Tx
from web.shown import checks

Shown = dict[str, Any]

#: The worst first; `unread`: nothing reads it, and it has no checks.
STATES = ("failed", "warning", "unknown", "good", "unread", "off")
CPU, MEMORY, DISK = "cpu.percent", "memory.used_percent", "disk.used_percent"
#: A sample that is older (s) says nothing about now.
OLDEST = 3600.0
#: Up to so many hours the samples themselves are shown, then those of 5 minutes, then of hours.
STEPS = ((6, 0), (24 * 7, 300), (24 * 731, 3600))
#: So many lines at most in one chart.
LINES = 12


def listing(tx: Tx, now: float) -> list[Shown]:
    """Every server that is not archived, by group and name. Percentages are those of the last hour."""
    newest = listed.newest(tx, (CPU, MEMORY, DISK))
    by_server: dict[str, list[Shown]] = {}
    for each in checks.listing(tx):
        by_server.setdefault(each["server"], []).append(each)
    return [
        _server(row, newest.get(sample.of_server(row["id"]), []), by_server.get(row["name"], []), now)
        for row in listed.servers(tx)
    ]


def named(tx: Tx, name: str) -> Mapping[str, Any] | None:
    """The server of this name, in any case; None: there is none."""
    return read.by_key(tx, "server", name)


def parts(tx: Tx, server_id: int) -> dict[str, list[Shown]]:
    """``services`` (name, running, state) and ``inventory`` (name, value), as they were mirrored."""
    source = sample.of_server(server_id)
    return {
        "services": [{"name": row["name"], **row["attrs"]} for row in mirror.objects(tx, source, "service")],
        "inventory": [
            {"name": row["name"], "value": row["attrs"]["value"]}
            for row in mirror.objects(tx, source, "part")
        ],
    }


def samples(tx: Tx, server_id: int, metric: str, *, since: float, hours: int) -> Shown:
    """``{metric, step, at, lines}``: every series of a metric over the last `hours`, at the same times.

    A line is ``{object, low, mean, high}``, with None where nothing was measured. Times in epoch
    seconds; `step`: s of a point, 0 for single samples.
    """
    step = next(step for most, step in STEPS if hours <= most)
    node = sample.of_server(server_id)
    objects = [each.object for each in sample.latest(tx, node) if each.metric == metric][:LINES]
    series = {about: sample.series(tx, node, metric, about, since, step) for about in objects}
    series = {about: points for about, points in series.items() if points}
    times = sorted({point.at for points in series.values() for point in points})
    lines = []
    for about, points in series.items():
        known = {point.at: point for point in points}
        line = {
            part: [None if at not in known else getattr(known[at], part) for at in times]
            for part in ("low", "mean", "high")
        }
        lines.append({"object": about, **line})
    return {"metric": metric, "step": step, "at": times, "lines": lines}


def _server(
    row: Mapping[str, Any], figures: Sequence[tuple[str, str, int, float]], own: Sequence[Shown], now: float
) -> Shown:
    fresh = [(metric, about, value) for metric, about, at, value in figures if now - at <= OLDEST]
    disks = [(value, about) for metric, about, value in fresh if metric == DISK]
    fullest = max(disks, default=None)
    open_now = [each for each in own if each["state"] in ("failed", "warning")]
    state = _state(row, own)
    return {
        "id": row["id"],
        "name": row["name"],
        "kind": row["kind"],
        "group": row["server_group"],
        "address": row["address"],
        "read_by": row["read_by"],
        "state": state,
        "since": _since(row, open_now, state),
        "text": _text(row, open_now),
        "read_at": rfc3339(row["read_at"]),
        "cpu": next((value for metric, _, value in fresh if metric == CPU), None),
        "memory": next((value for metric, _, value in fresh if metric == MEMORY), None),
        "disk": None if fullest is None else {"mount": fullest[1], "percent": fullest[0]},
        "checks": checks.counts(own),
    }


def _state(row: Mapping[str, Any], own: Sequence[Shown]) -> str:
    if not row["enabled"]:
        return "off"
    states = {each["state"] for each in own} - {"off"}
    if row["read_by"] != "nothing":
        states.add("unknown" if row["good"] is None else "good" if row["good"] else "failed")
    elif not states:
        return "unread"
    # What is known to be good says more than what nobody has looked at yet.
    return next(state for state in ("failed", "warning", "good", "unknown") if state in states)


def _since(row: Mapping[str, Any], bad: Sequence[Shown], state: str) -> str | None:
    if row["good"] is False and row["enabled"]:
        return rfc3339(row["good_since"])
    if state in ("failed", "warning"):
        return min((each["since"] for each in bad if each["state"] == state), default=None)
    return rfc3339(row["good_since"]) if state == "good" and row["good"] else None


def _text(row: Mapping[str, Any], bad: Sequence[Shown]) -> str:
    if row["good"] is False:
        return str(row["text"])
    if not bad:
        return str(row["text"])
    more = f"; and {len(bad) - 1} more" if len(bad) > 1 else ""
    return f"{bad[0]['name']}: {bad[0]['text']}{more}"
