"""Whether the promises held, from the journal and the public API alone: neither asks the engine's tables.

Run it on a journal and a file with the answer of `tickworks runs --json --limit 10000`:
``python -m tests.chaos.checker JOURNAL RUNS.json``; it prints a table and ends with 1 on a violation.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.chaos.journal import WORK, Journal, Line

Run = Mapping[str, Any]
MINUTE = 60
#: s around a wrong clock in which its times may still be met.
NEAR = 5.0

#: States in which a run has come to its end.
ENDED = frozenset({"succeeded", "failed", "cancelled", "lost", "merged", "skipped", "missed"})


@dataclass(frozen=True)
class Finding:
    """A promise that was broken: which kind, and by what."""

    kind: str
    text: str


@dataclass
class Checked:
    """What was looked at, and what was found."""

    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    late_for: float = 0.0  # the longest time that code of a retired fence went on, in s

    def broken(self, kind: str, text: str) -> None:
        self.findings.append(Finding(kind, text))


def check(lines: Sequence[Line], runs: Sequence[Run]) -> Checked:
    """Every promise against these lines (in order of `mono`) and these runs.

    The line ``site`` says what was to be: ``planned`` {service: [nodes]} with ``from`` and ``until``
    (UTC epoch seconds), ``bound`` (s that a retired holder may go on) and ``skew`` (s by which a clock was
    made wrong while the fault ``shift_clock`` lasted).
    """
    checked = Checked()
    site = [line for line in lines if line["what"] == "site"][-1]
    by_id = {int(run["id"]): run for run in runs}
    checked.counts["runs"] = len(by_id)
    checked.counts["attempts"] = sum(len(run["attempts"]) for run in runs)
    overlaps(checked, lines, by_id, bound=site["bound"], skew=site["skew"])
    ends(checked, runs)
    accepted(checked, lines, runs, by_id)
    planned(checked, site, runs)
    done_once(checked, lines, runs, by_id)
    return checked


def overlaps(
    checked: Checked, lines: Sequence[Line], by_id: Mapping[int, Run], *, bound: float, skew: float
) -> None:
    """No line of an older fence after a newer one of the same group began, unless the older was retired."""
    released = {line["fence"] for line in lines if line["what"] == "released"}
    shifted = [(line["began"], line["mono"]) for line in lines if line.get("name") == "shift_clock"]
    newest: dict[str, Line] = {}
    late: dict[int, list[tuple[Line, Line, str]]] = defaultdict(list)
    for line in lines:
        if line["what"] not in WORK:
            continue
        checked.counts["lines of work"] += 1
        for group in line["groups"]:
            other = newest.get(group)
            if other is None or line["fence"] > other["fence"]:
                newest[group] = line
                checked.counts["times a group was held"] += 1
            elif line["fence"] < other["fence"]:
                late[line["fence"]].append((line, other, group))
    for fence, found in late.items():
        line, other, group = found[0]
        pair = f"group {group}: {_named(line)} was at work when {_named(other)} had begun"
        wrong = any(began - NEAR < line["mono"] < over + NEAR for began, over in shifted)
        if not retired(line, other, released, by_id, skew if wrong else 0.0):
            checked.broken("overlap", pair)
            continue
        lasted = found[-1][0]["mono"] - line["mono"]
        checked.counts["lines of retired fences"] += len({id(one) for one, _, _ in found})
        checked.late_for = max(checked.late_for, lasted)
        if lasted > bound:
            checked.broken(
                "a retired holder went on", f"{pair}; fence {fence} for {lasted:.1f} s, {bound} s at most"
            )


def retired(line: Line, other: Line, released: set[int], by_id: Mapping[int, Run], skew: float) -> bool:
    """Whether the holder of `line` had lost its fence before `other` began, by the API's word.

    A daemon's hold is retired unless the daemon gave it back in order.
    """
    if line["run"] is None:
        return line["fence"] not in released
    run = by_id.get(line["run"])
    for attempt in run["attempts"] if run else ():
        if attempt["n"] == line["attempt"]:
            ended = epoch(attempt["ended_at"])
            return attempt["end"] == "lost" and ended is not None and ended <= other["wall"] + skew
    return False


def ends(checked: Checked, runs: Iterable[Run]) -> None:
    """Every run has an end, with a reason where it did not run, and at most one attempt that succeeded."""
    for run in runs:
        checked.counts[f"ended {run['state']}"] += 1
        if run["state"] not in ENDED or run["ended_at"] is None:
            checked.broken("no end", f"run {run['id']} of {run['service']} is {run['state']}")
        if run["state"] in ("skipped", "missed") and not run["reason"]:
            checked.broken("no reason", f"run {run['id']} of {run['service']} was {run['state']}")
        won = [attempt["n"] for attempt in run["attempts"] if attempt["end"] == "succeeded"]
        if len(won) > 1:
            checked.broken("succeeded twice", f"run {run['id']} of {run['service']}: attempts {won}")


def accepted(checked: Checked, lines: Iterable[Line], runs: Iterable[Run], by_id: Mapping[int, Run]) -> None:
    """Every accepted request is one run, and no number is two."""
    asked: dict[str, list[int]] = defaultdict(list)
    for run in runs:
        if number := run["args"].get("number"):
            asked[number].append(int(run["id"]))
    for number, ids in asked.items():
        if len(ids) > 1:
            checked.broken("asked once, made twice", f"request {number} is runs {sorted(ids)}")
    for line in lines:
        if line["what"] != "accepted":
            continue
        checked.counts[f"accepted by {line['way']}"] += 1
        if line["number"] not in asked:
            checked.broken("lost request", f"request {line['number']} of {line['service']} is no run")
        for run_id in line["runs"]:
            if run_id not in by_id:
                checked.broken("lost request", f"run {run_id} was accepted and is not there")


def planned(checked: Checked, site: Line, runs: Iterable[Run]) -> None:
    """Every planned minute of every planned service (on each of its nodes) has exactly one record."""
    seen: Counter[tuple[str, str, int]] = Counter()
    for run in runs:
        if run["planned_at"] is not None and run["service"] in site["planned"]:
            per_node = site["planned"][run["service"]] != [""]
            at = epoch(run["planned_at"])
            assert at is not None
            # One record may stand for all that was missed: its services are planned each minute.
            for minute in range(int(at), int(epoch(run["planned_until"]) or at) + 1, MINUTE):
                seen[run["service"], run["node"] or "" if per_node else "", minute] += 1
    for (service, node, at), count in sorted(seen.items()):
        if count > 1:
            checked.broken("planned once, made twice", f"{service} at {_minute(at)} {node}: {count} runs")
    first = -(-int(site["from"]) // MINUTE) * MINUTE
    for service, nodes in site["planned"].items():
        for node in nodes:
            for at in range(first, int(site["until"]), MINUTE):
                checked.counts["planned minutes"] += 1
                if not seen[service, node, at]:
                    checked.broken("lost minute", f"{service} at {_minute(at)} {node}: no record")


def done_once(checked: Checked, lines: Iterable[Line], runs: Iterable[Run], by_id: Mapping[int, Run]) -> None:
    """What succeeded did its work to the end, and nothing was at work that nobody knows."""
    worked: set[tuple[int, int]] = set()
    services = set()
    unknown = set()
    for line in lines:
        if line["what"] in WORK and line["run"] is not None:
            services.add(line["service"])
            if line["what"] == "end":
                worked.add((line["run"], line["attempt"]))
            if line["run"] not in by_id:
                unknown.add(line["run"])
    for run_id in sorted(unknown):
        checked.broken("unknown run", f"run {run_id} was at work and the API does not know it")
    for run in runs:
        for attempt in run["attempts"]:
            done = (int(run["id"]), attempt["n"]) in worked
            if attempt["end"] == "succeeded" and run["service"] in services and not done:
                checked.broken(
                    "succeeded without work", f"run {run['id']} of {run['service']}, attempt {attempt['n']}"
                )


def epoch(text: str | None) -> float | None:
    """UTC epoch seconds of an instant of the API."""
    return None if text is None else datetime.fromisoformat(text).timestamp()


def _named(line: Line) -> str:
    what = f"run {line['run']} attempt {line['attempt']}" if line["run"] else "a hold"
    return f"{what} of {line['service']} on {line['node']} (fence {line['fence']}, at {line['mono']:.3f})"


def _minute(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M")


def main(words: Sequence[str]) -> int:
    """Check a journal against the runs in a file; 1 on a violation."""
    from tests.chaos.table import table

    lines = Journal(Path(words[0])).read()
    checked = check(lines, json.loads(Path(words[1]).read_text())["runs"])
    print(table(lines, checked))
    return 1 if checked.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
