"""Measures the runner in turns, and does one that fails stop the others?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.result import Result
from bench.runner import measure
from bench.servers import Servers
from bench.workload import TINY, Column, Contender, Missing, Size, Turn, Values, Workload

RATE = Column("rate", "jobs/s", 0)


def _workload(*contenders: Contender) -> Workload:
    return Workload("w", "A workload", "Says what it is.", (RATE,), "rate", contenders)


def _measured(workload: Workload, rounds: int = 3, only: Sequence[str] = ()) -> Result:
    with Servers() as servers:
        return measure(workload, servers, TINY, {}, rounds=rounds, only=only, say=lambda line: None)


def _steady(name: str, seen: list[str]) -> Contender:
    def one(servers: Servers, size: Size) -> Values:
        seen.append(name)
        return {"rate": float(len(seen))}

    return Contender(name, one)


def _raising(name: str, make: Callable[[], Exception], calls: list[str]) -> Contender:
    def one(servers: Servers, size: Size) -> Values:
        calls.append(name)
        raise make()

    return Contender(name, one)


def test_contenders_take_turns() -> None:
    seen: list[str] = []
    result = _measured(_workload(_steady("a", seen), _steady("b", seen)))
    assert seen == ["a", "b", "a", "b", "a", "b"]
    assert result.values("a", "rate") == [1.0, 3.0, 5.0]
    assert result.median("b", "rate") == 4.0


def test_what_is_not_installed_is_named_and_asked_only_once() -> None:
    calls: list[str] = []
    missing = _raising("peer", lambda: Missing("Redis is not installed"), calls)
    result = _measured(_workload(missing, _steady("ours", [])))
    assert result.skipped == {"peer": "Redis is not installed"}
    assert calls == ["peer"]
    assert len(result.rounds["ours"]) == 3


def test_a_failing_peer_does_not_end_the_benchmark() -> None:
    broken = _raising("peer", lambda: RuntimeError("nothing ran\nat line 3"), [])
    result = _measured(_workload(broken, _steady("ours", [])))
    assert result.skipped == {"peer": "failed: nothing ran"}
    assert len(result.rounds["ours"]) == 3


def test_one_system_can_be_measured_alone() -> None:
    seen: list[str] = []
    _measured(_workload(_steady("ours", seen), _steady("peer:late", seen)), rounds=1, only=["peer"])
    assert seen == ["peer:late"]


def test_side_by_side_leaves_out_who_was_missing_before() -> None:
    asked: list[list[str]] = []

    def turn(servers: Servers, size: Size, names: Sequence[str]) -> Turn:
        asked.append(list(names))
        for name in names:
            yield name, Missing("not there") if name == "b" else {"rate": 1.0}

    both = (_steady("a", []), _steady("b", []))
    _measured(Workload("w", "A workload", "Says.", (RATE,), "rate", both, turn=turn), rounds=2)
    assert asked == [["a", "b"], ["a"]]
