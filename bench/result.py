"""What was measured, kept: one small JSON file for each workload, so that one can be measured again alone."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from bench.workload import Values

FOLDER = Path(__file__).parent / "results"


@dataclass
class Result:
    """The rounds of a workload. `rounds` and `skipped` are by contender; `at` is a date, YYYY-MM-DD."""

    workload: str
    at: str
    size: dict[str, float]
    machine: dict[str, str]
    load: float = 0.0  # the 1-minute load when it began
    rounds: dict[str, list[Values]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    told: list[list[str]] = field(default_factory=list)  # (what, figure, aim), where figures are text

    def values(self, contender: str, column: str) -> list[float]:
        """What was noted of it, round by round; rounds that gave none are left out."""
        noted = [each.get(column) for each in self.rounds.get(contender, [])]
        return [value for value in noted if value is not None]

    def median(self, contender: str, column: str) -> float | None:
        """None if there is no value."""
        values = self.values(contender, column)
        return statistics.median(values) if values else None


def save(result: Result, folder: Path = FOLDER) -> Path:
    """Write it; its file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.workload}.json"
    rounded = {name: [_rounded(each) for each in rounds] for name, rounds in result.rounds.items()}
    lines = json.dumps({**asdict(result), "rounds": rounded}, indent=1)
    path.write_text(lines + "\n", encoding="utf-8")
    return path


def load(workload: str, folder: Path = FOLDER) -> Result | None:
    """What was measured last; None if nothing was."""
    path = folder / f"{workload}.json"
    return Result(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def merged(before: Result | None, new: Result) -> Result:
    """The new one with the contenders that were not measured this time, if size and machine are the same.

    What is told as text is told whole each time: the new one's counts.
    """
    if before is None or (before.size, before.machine) != (new.size, new.machine):
        return new
    measured = {*new.rounds, *new.skipped}
    kept = {name: rounds for name, rounds in before.rounds.items() if name not in measured}
    skipped = {name: why for name, why in before.skipped.items() if name not in measured}
    return replace(new, rounds=kept | new.rounds, skipped=skipped | new.skipped)


def _rounded(values: Values) -> Values:
    return {name: None if value is None else float(f"{value:.5g}") for name, value in values.items()}
