"""The samples of one look, by metric: what the readers fill and the collector hands on."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from metrics.declared import BY_NAME, Family, family


class Samples:
    """Families by name, each made when its first sample comes."""

    def __init__(self) -> None:
        self.families: dict[str, Family] = {}

    def add(self, name: str, value: float | None, *labels: str) -> None:
        """One sample of a declared gauge or counter; None is no sample."""
        if value is not None:
            self._family(name).add_metric(labels, float(value))

    def observed(self, name: str, tallies: Mapping[str, float], *labels: str) -> None:
        """One histogram from the tally's labels: "0.5" (its bucket alone), "+Inf", and "sum" in seconds."""
        bounds = BY_NAME[name].buckets
        alone = [*(tallies.get(f"{bound:g}", 0.0) for bound in bounds), tallies.get("+Inf", 0.0)]
        names = [*(_text(bound) for bound in bounds), "+Inf"]
        buckets = list(zip(names, accumulate(alone), strict=True))
        self._family(name).add_metric(labels, buckets, tallies.get("sum", 0.0))

    def merge(self, other: Samples) -> None:
        """Take over another's families."""
        self.families.update(other.families)

    def collect(self) -> list[Family]:
        """All of them: what prometheus_client asks a registry for."""
        return list(self.families.values())

    def _family(self, name: str) -> Any:
        if name not in self.families:
            self.families[name] = family(name)
        return self.families[name]


def _text(bound: float) -> str:
    """``1.0``, not ``1``: OpenMetrics wants it so, and to Prometheus they are two series."""
    return repr(float(bound))
