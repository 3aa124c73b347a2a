"""What a chaos run came to, as a table: the faults with their recovery times, the counts, the violations."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.chaos.checker import Checked
from tests.chaos.journal import Line

#: How many violations are printed of each kind.
SHOWN = 5


@dataclass
class Recovery:
    """Of one kind of fault: how often, and in s each time.

    `work`: from its end to the next start of any service. `again`: from the kill of a process to the
    next attempt of each run that it had.
    """

    times: int = 0
    work: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)


def recoveries(lines: Sequence[Line]) -> dict[str, Recovery]:
    """By name of the fault, from lines in order of `mono`."""
    starts = [line for line in lines if line["what"] == "start" and line["run"] is not None]
    moments = [line["mono"] for line in starts]
    attempts = {(line["run"], line["attempt"]): line["mono"] for line in starts}
    ended = {(line["run"], line["attempt"]) for line in lines if line["what"] == "end"}
    found: dict[str, Recovery] = defaultdict(Recovery)
    for fault in lines:
        if fault["what"] != "fault":
            continue
        of = found[fault["name"]]
        of.times += 1
        following = bisect_right(moments, fault["mono"])
        if following < len(moments):
            of.work.append(moments[following] - fault["mono"])
        for line in starts[:following]:
            if line["pid"] in fault["killed"] and (line["run"], line["attempt"]) not in ended:
                next_one = attempts.get((line["run"], line["attempt"] + 1))
                if next_one is not None:
                    of.again.append(next_one - fault["began"])
    return found


def table(lines: Sequence[Line], checked: Checked) -> str:
    """Lines of text of at most 110 columns."""
    rows = [f"{'fault':<20} {'times':>5}  {'work goes on after (s)':<24} {'killed runs start again (s)':<28}"]
    for name, recovery in sorted(recoveries(lines).items()):
        rows.append(
            f"{name:<20} {recovery.times:>5}  {_spread(recovery.work):<24} {_spread(recovery.again):<28}"
        )
    left_out = sorted({f"{line['name']} ({line['why']})" for line in lines if line["what"] == "left out"})
    rows += [f"left out: {each}" for each in left_out]
    rows += ["", *(f"{count:>8} {what}" for what, count in sorted(checked.counts.items()))]
    rows.append(f"{checked.late_for:>8.2f} s at most that code of a retired fence went on")
    kinds: dict[str, list[str]] = defaultdict(list)
    for finding in checked.findings:
        kinds[finding.kind].append(finding.text)
    rows += ["", f"{len(checked.findings)} violations"]
    for kind, texts in sorted(kinds.items()):
        rows += [f"  {kind}: {len(texts)}", *(f"    {text}" for text in texts[:SHOWN])]
    return "\n".join(rows)


def _spread(seconds: Sequence[float]) -> str:
    if not seconds:
        return "-"
    return f"{median(seconds):.2f}, worst {max(seconds):.2f}"
