"""Measures a workload: all contenders in turns (A B C A B C), so that a slow minute meets all of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bench.result import Result
from bench.workload import Missing, Size, Turn, Values, Workload, matches
from tests.support.process import ServerFailed

if TYPE_CHECKING:
    from bench.servers import Servers


def measure(
    workload: Workload,
    servers: Servers,
    size: Size,
    machine: dict[str, str],
    *,
    rounds: int,
    only: Sequence[str] = (),
    say: Callable[[str], None] = print,
) -> Result:
    """So many rounds of it. A contender that fails is named with its error and left out from then on."""
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    result = Result(workload.name, today, asdict(size), machine, round(os.getloadavg()[0], 2))
    if workload.tells is not None:
        result.told = [list(each) for each in workload.tells()]
        for what, figure, aim in result.told:
            say(f"{workload.name} {what}: {figure} (aim {aim})")
    names = [each.name for each in workload.contenders if matches(each.name, only)]
    for number in range(1, rounds + 1):
        able = [name for name in names if name not in result.skipped]
        for name, values in _turn(workload, servers, size, able):
            if isinstance(values, Missing):
                result.skipped[name] = str(values)
                say(f"{workload.name} {number}/{rounds} {name}: left out: {values}")
            else:
                result.rounds.setdefault(name, []).append(values)
                say(f"{workload.name} {number}/{rounds} {name}: {_line(values)}")
    return result


def _turn(workload: Workload, servers: Servers, size: Size, able: Sequence[str]) -> Turn:
    if workload.turn is not None:
        if able:
            yield from workload.turn(servers, size, able)
        return
    for each in workload.contenders:
        if each.name not in able:
            continue
        try:
            yield each.name, each.measure(servers, size)
        except Missing as missing:
            yield each.name, missing
        except Exception as error:
            yield each.name, Missing(f"failed: {shortly(error)}")


def shortly(error: Exception) -> str:
    """One line on what went wrong, of a bearable length."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    if isinstance(error, ServerFailed):  # a command line, then the end of a log
        return f"did not start: {lines[-1][:180]}"
    return lines[0][:200]


def _line(values: Values) -> str:
    return ", ".join(f"{name} {'-' if value is None else f'{value:.4g}'}" for name, value in values.items())
