"""What must hold after every step, checked on the rows before and after it.

Each law is one function that raises AssertionError; the model calls `Laws.check` after each step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coordinator.sentence import Explained
from store import database
from store.tx import marks
from tests.model.oracle import RESERVE_AFTER, Opinion, Verdict, able_nodes, judge, rank
from tests.model.plan import check_plan
from tests.model.seen import Row, Seen
from tests.model.sentences import sentence

_STATES = Path(__file__).parents[2] / "docs" / "state_machine.md"


def drawn_edges() -> set[tuple[str | None, str]]:
    """The steps that the table of docs/state_machine.md allows."""
    table = _STATES.read_text().partition("## Every step")[2].partition("```")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:3]] for line in table.splitlines() if line[:1] == "|"]
    return {(None if before == "(new)" else before, after) for before, after in rows[2:]}


@dataclass(frozen=True)
class Step:
    """What has just been done, as far as the laws differ by it."""

    name: str
    whole: bool = False  # it ended with a look at the whole line
    exact: bool = False  # and it looked once: exactly those are granted whom the oracle would
    part: bool = False  # it looked at a part of the line
    ticked: bool = False  # it accounted for all services
    swept: bool = False  # grants that nobody can claim were taken back


class Laws:
    """Knows what was true before, which fence was the last, and the steps that are allowed."""

    def __init__(self) -> None:
        self._edges = drawn_edges()
        self._top_fence = 0

    def check(self, before: Seen, after: Seen, step: Step, opinion_before: Opinion) -> Opinion:
        """All laws; the oracle's opinion of what is there now."""
        opinion = judge(after)
        self._states_move_as_drawn(after)
        _groups_are_held_once_and_whole(after)
        _stopped_services_hold_nothing(after, step)
        check_plan(before, after)
        if step.ticked:
            late = [n for n, row in after.services.items() if row["accounted_until"] < int(after.now)]
            assert not late, f"not accounted for: {late}"
        _attempts_are_in_order(after)
        fresh = _newly_granted(before, after)
        if fresh:
            _grants_are_good(after, fresh)
            _order_is_kept(before, after, fresh, step, opinion_before, opinion)
        if step.whole:
            assert not opinion.starts, f"nothing stops {list(opinion.starts)} after a look at the whole line"
        elif step.part:
            # Who stood behind one that could start and has lost its place now is met by the next sweep.
            passed = {run for run in opinion_before.starts if run in opinion.line} - set(opinion.starts)
            left = {
                run
                for run in set(opinion.starts) - set(opinion_before.starts)
                if not _stood_behind(opinion_before.verdicts.get(run), opinion_before.starts, passed)
            }
            assert not left, f"{step.name} left runs waiting that nothing stops: {sorted(left)}"
        return opinion

    def _states_move_as_drawn(self, after: Seen) -> None:
        for edge in after.edges:
            if edge.before == edge.after:
                assert edge.after == "queued", (
                    f"run {edge.run_id} was {edge.after} and got fence {edge.fence}"
                )
                continue
            # The hand-over takes two steps of the drawing in one statement.
            taken = (edge.before, edge.after) == ("queued", "running")
            steps = [("queued", "granted"), ("granted", "running")] if taken else [(edge.before, edge.after)]
            wrong = [each for each in steps if each not in self._edges]
            assert not wrong, f"run {edge.run_id}: no way from {edge.before} to {edge.after}"
            if edge.before == "queued" and edge.after in ("granted", "running"):
                assert edge.fence is not None
                assert edge.fence > self._top_fence, f"run {edge.run_id} got the used fence {edge.fence}"
                self._top_fence = edge.fence
            elif edge.before in ("granted", "running") and edge.fence is not None:
                assert edge.fence == edge.old_fence, (
                    f"run {edge.run_id} changed its fence while it was active"
                )


def _stood_behind(verdict: Verdict | None, starts: Mapping[int, str], passed: set[int]) -> bool:
    """Whether it waited for one that could have started; for a slot it waits for nobody by name."""
    return verdict is not None and (verdict.holder in starts or (verdict.code == "slots" and bool(passed)))


def _groups_are_held_once_and_whole(after: Seen) -> None:
    owners: dict[str, int] = {}
    for run in after.runs.values():
        wanted = set(run["run_groups"].split())
        known = after.groups.get(run["id"], {})
        assert set(known) == wanted, f"run {run['id']} stands at {sorted(known)}, not at {sorted(wanted)}"
        held = {group for group, is_held in known.items() if is_held}
        active = run["state"] in ("granted", "running")
        assert held == (wanted if active else set()), (
            f"run {run['id']} is {run['state']} and holds {sorted(held)}"
        )
        for group in wanted if active else ():
            assert owners.setdefault(group, run["id"]) == run["id"], f"group {group} has two holders"
        assert active or (run["fence"], run["node"]) == (None, None), f"run {run['id']} waits with a fence"
    strange = set(after.groups) - set(after.runs)
    assert not strange, f"ended runs still stand at groups: {strange}"
    fences = [run["fence"] for run in after.active()]
    assert len(fences) == len(set(fences)), "two runs with one fence"


def _stopped_services_hold_nothing(after: Seen, step: Step) -> None:
    for run in after.active():
        if run["state"] != "granted":
            continue
        service = after.services[run["service"]]
        scheduled = run["trigger"] in ("schedule", "catch_up")
        assert service["enabled"] or not scheduled, f"run {run['id']} is granted though disabled"
        paused = service["paused_at"] is not None and service["paused_until"] is None
        assert not paused, f"run {run['id']} is granted though paused"
        assert after.maintenance is None, f"run {run['id']} is granted in maintenance"
        assert not step.swept or run["node"] in able_nodes(after, run), (
            f"run {run['id']} is granted to nobody"
        )
    if step.swept:
        for run in after.runs.values():
            gone = run["process_id"] is not None and run["process_id"] not in after.processes
            assert not gone, f"{run['trigger']} run {run['id']} is {run['state']}, its process is gone"


def _attempts_are_in_order(after: Seen) -> None:
    ids = sorted({edge.run_id for edge in after.edges if edge.before == "running"})
    if not ids:
        return
    rows = database.read().all(
        f"SELECT run_id, n, fence, ended FROM attempt WHERE run_id IN ({marks(ids)}) ORDER BY run_id, n", ids
    )
    for run_id in ids:
        mine = [row[1:] for row in rows if row[0] == run_id]
        assert [row[0] for row in mine] == list(range(1, len(mine) + 1)), f"run {run_id}: attempts {mine}"
        fences = [row[1] for row in mine]
        assert fences == sorted(set(fences)), f"run {run_id}: fences {fences}"
        good = [row[2] for row in mine[:-1] if row[2] == "succeeded"]
        assert not good, f"run {run_id} was tried again after it had succeeded"


def _newly_granted(before: Seen, after: Seen) -> list[Row]:
    return [
        run
        for run in after.active()
        if run["id"] not in before.runs or before.runs[run["id"]]["fence"] != run["fence"]
    ]


def _grants_are_good(after: Seen, fresh: list[Row]) -> None:
    """Each had its time, its node, its slot and its place among the runs of its service."""
    busy = Counter(run["node"] for run in after.active() if run["trigger"] != "hold")
    for run in fresh:
        early = run["not_before"] is not None and run["not_before"] > after.now
        assert not early, f"run {run['id']} started before its time"
        assert not after.paused(run["service"]), f"run {run['id']} started though paused"
        if run["trigger"] == "hold":
            continue
        assert run["node"] in able_nodes(after, run), f"run {run['id']} went to {run['node']}"
        works = [
            each for each in after.processes.values() if (each.kind, each.node) == ("worker", run["node"])
        ]
        slots = sum(each.slots for each in works if each.state == "up")
        assert busy[run["node"]] <= slots, f"{busy[run['node']]} runs on {slots} slots of {run['node']}"
        service = after.services[run["service"]]
        each = service["instances"] == "each"
        same = [
            other
            for other in after.active()
            if other["service"] == run["service"] and other["trigger"] != "hold"
            and (not each or other["for_node"] == run["for_node"])
        ]  # fmt: skip
        assert len(same) <= service["parallel"], f"{len(same)} runs of {run['service']}"


def _order_is_kept(
    before: Seen, after: Seen, fresh: list[Row], step: Step, opinion_before: Opinion, opinion: Opinion
) -> None:
    """Nobody was overtaken: by what the oracle would have granted, and by what was kept."""
    ids = {run["id"] for run in fresh}
    wanted = judge(after, again=ids)
    if step.exact:
        assert set(wanted.starts) == ids, f"granted {sorted(ids)}, the oracle {sorted(wanted.starts)}"
    stayed = [run for run in after.waiting() if before.runs.get(run["id"]) == run]
    for run in fresh:
        mine, groups = rank(run, after.now), set(run["run_groups"].split())
        for other in stayed:
            if rank(other, after.now) > mine or groups.isdisjoint(other["run_groups"].split()):
                continue
            # A sweep that buries several looks after each: what the second one sets free comes later.
            could = other["id"] in wanted.starts and other["id"] not in opinion_before.starts
            could = could and not step.swept
            assert not could, f"run {run['id']} overtook {other['id']}"
            patient = other["preempt"] or after.now - other["queued_at"] >= RESERVE_AFTER
            kept = patient and opinion.verdicts[other["id"]].code in ("group", "reserved", "slots")
            assert not kept, f"run {run['id']} took a group that was kept for {other['id']}"


def check_explained(seen: Seen, opinion: Opinion, told: dict[int, Explained]) -> None:
    """What operators read is what the oracle finds: code, group, holder, how many are ahead, sentence."""
    assert set(told) == set(opinion.line)
    for run_id, verdict in opinion.verdicts.items():
        mine = told[run_id]
        found = Verdict(mine.code, mine.group, mine.holder, mine.ahead)
        assert found == verdict, f"run {run_id}: told {found}, the oracle says {verdict}"
        expected = sentence(seen, seen.runs[run_id], opinion)
        assert mine.sentence == expected, f"run {run_id}: told {mine.sentence!r}, expected {expected!r}"
