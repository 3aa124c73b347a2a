"""docs/benchmarks.md, written from the results, the aims and the reasons that people give."""

from __future__ import annotations

import statistics
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.aims import AIMS, Aim
from bench.peers.listed import NOT_MEASURED
from bench.result import Result
from bench.workload import Column, Workload

#: People write it: the key of a missed aim -> the measured reason, and what would change it.
REASONS = Path(__file__).parent / "reasons.toml"
PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"

HEAD = """\
# Benchmarks

Written by `make bench` ([how](operating/benchmarks.md)); do not edit. Every system does the same work on
the same servers, in turns (A B A B), with the settings below. Figures are medians of the rounds, the
spread is the lowest and the highest round. Names with a colon are variants of a peer, set up as
[bench/peers/programs](../bench/peers/programs) says.
"""


def page(
    workloads: Sequence[Workload], results: Mapping[str, Result], reasons: Mapping[str, str] | None = None
) -> str:
    """The whole page. Without `reasons` those of the file are taken."""
    why = read_reasons() if reasons is None else reasons
    parts = [HEAD, *_summary(results), *_machines(results)]
    for workload in workloads:
        parts.append("\n".join(_section(workload, results, why)))
    parts.append("\n".join(_not_measured()))
    return "\n".join(parts).rstrip() + "\n"


def read_reasons(path: Path = REASONS) -> dict[str, str]:
    """key -> reason. Raises ValueError for a key that no aim has."""
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    if unknown := sorted(set(found) - {aim.key for aim in AIMS}):
        raise ValueError(f"{path.name}: no aim is called {', '.join(unknown)}")
    return {key: str(text) for key, text in found.items()}


def _summary(results: Mapping[str, Result]) -> Iterator[str]:
    states = [aim.met(results) for aim in AIMS]
    met, missed, open_ = states.count(True), states.count(False), states.count(None)
    yield f"Of {len(states)} aims {met} are met, {missed} missed, {open_} not measured yet.\n"


def _machines(results: Mapping[str, Result]) -> Iterator[str]:
    """Most results share one machine; a result of another one says so in its section."""
    machine = _usual(results)
    if machine:
        yield "\n".join(
            ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in machine.items()), ""]
        )


def _usual(results: Mapping[str, Result]) -> dict[str, str]:
    known = [result.machine for result in results.values()]
    return max(known, key=known.count) if known else {}


def _section(workload: Workload, results: Mapping[str, Result], why: Mapping[str, str]) -> Iterator[str]:
    yield f"## {workload.title}\n"
    yield f"{workload.says}\n"
    result = results.get(workload.name)
    if result is None or not (result.told or result.rounds or result.skipped):
        yield "Not measured yet.\n"
        yield from _aims(workload, results, why)
        return
    if result.told:
        yield f"{result.at}, load at the start {result.load:g}.\n"
        yield "| | measured | aim |\n|---|---|---|"
        yield from (f"| {' | '.join(each)} |" for each in result.told)
        yield ""
        return
    rounds = max((len(each) for each in result.rounds.values()), default=0)
    yield f"{result.at}, {rounds} rounds, load at the start {result.load:g}.\n"
    if result.machine != _usual(results):
        yield "On another machine: " + "; ".join(f"{k}: {v}" for k, v in result.machine.items()) + ".\n"
    yield from _table(workload, result)
    yield from _aims(workload, results, why)
    for name, reason in result.skipped.items():
        yield f"- left out: `{name}`: {reason}"
    if result.skipped:
        yield ""


def _table(workload: Workload, result: Result) -> Iterator[str]:
    spread = next(column for column in workload.columns if column.name == workload.spread)
    names = [each.name for each in workload.contenders if each.name in result.rounds]
    ours = next((name for name in names if name.startswith("tickworks")), None)
    ratio = bool(ours) and any(not name.startswith("tickworks") for name in names)
    headings = [column.heading for column in workload.columns]
    headings += [f"{spread.heading}: spread", *(["against the first"] if ratio else []), "rounds"]
    yield f"| | {' | '.join(headings)} |"
    yield "|---" * (len(headings) + 1) + "|"
    for name in names:
        cells = [_number(result.median(name, column.name), column) for column in workload.columns]
        values = result.values(name, spread.name)
        cells.append(f"{_number(min(values), spread)}-{_number(max(values), spread)}" if values else "-")
        if ratio:
            cells.append(_ratio(values, result.values(ours or "", spread.name)))
        bold = "**" if name.startswith("tickworks") else ""
        yield f"| {bold}{name}{bold} | {' | '.join(cells)} | {len(result.rounds[name])} |"
    yield ""


def _aims(workload: Workload, results: Mapping[str, Result], why: Mapping[str, str]) -> Iterator[str]:
    aims = [aim for aim in AIMS if aim.workload == workload.name]
    if not aims:
        return
    yield "| aim | measured | |"
    yield "|---|---|---|"
    for aim in aims:
        column = next(each for each in workload.columns if each.name == aim.column)
        result = results.get(workload.name)
        value = result.median(aim.contender, aim.column) if result else None
        met = {True: "met", False: "**missed**", None: "not measured"}[aim.met(results)]
        yield f"| {_aim(aim, column, results)} | {_number(value, column)} | {met} |"
    yield ""
    for aim in aims:
        if aim.met(results) is False:
            reason = why.get(aim.key, "no reason is written yet")
            yield f"- missed: {aim.contender}, {aim.column}: {reason}"
    if any(aim.met(results) is False for aim in aims):
        yield ""


def _aim(aim: Aim, column: Column, results: Mapping[str, Result]) -> str:
    limit = aim.limit_in(results)
    text = f"{aim.contender}: {column.heading} {aim.sign} "
    if isinstance(aim.limit, float | int):
        return f"{text}{aim.limit:g}"
    return f"{text}{aim.limit.text()}" + (f" = {_number(limit, column)}" if limit is not None else "")


def _not_measured() -> Iterator[str]:
    yield "## Not measured\n"
    for name, reason in NOT_MEASURED.items():
        yield f"- {name}: {reason}"


def _number(value: float | None, column: Column) -> str:
    return "-" if value is None else f"{value:,.{column.decimals}f}"


def _ratio(values: Sequence[float], ours: Sequence[float]) -> str:
    if not values or not ours or not statistics.median(ours):
        return "-"
    return f"{statistics.median(values) / statistics.median(ours):.2f} times"
