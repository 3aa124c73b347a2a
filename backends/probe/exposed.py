"""The samples of an exporter's text, by metric."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping

from backends.error import BackendError, one_line

#: Labels and value of one sample.
Sample = tuple[Mapping[str, str], float]


class Exposed:
    """What an exporter said; `place`: which, for texts."""

    def __init__(self, place: str, samples: Mapping[str, list[Sample]]) -> None:
        self.place = place
        self._samples = samples

    def __contains__(self, metric: str) -> bool:
        return metric in self._samples

    def all(self, metric: str) -> list[Sample]:
        """Each sample of a metric."""
        return self._samples.get(metric, [])

    def one(self, metric: str) -> float | None:
        """The first sample of a metric, or None."""
        return next((value for _, value in self.all(metric)), None)

    def labels(self, metric: str) -> Mapping[str, str]:
        """The labels of the first sample of a metric."""
        return next((labels for labels, _ in self.all(metric)), {})

    def by(self, metric: str, label: str) -> dict[str, float]:
        """The value of each sample, by one label."""
        return {labels[label]: value for labels, value in self.all(metric) if label in labels}


def exposed(place: str, text: str) -> Exposed:
    """Read a whole text; what is no number is left out. Raises BackendError (invalid) for any other text."""
    from prometheus_client.parser import text_string_to_metric_families

    samples: dict[str, list[Sample]] = defaultdict(list)
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if math.isfinite(sample.value):
                    samples[sample.name].append((sample.labels, float(sample.value)))
    except (ValueError, IndexError, KeyError, TypeError) as error:
        reason = one_line(str(error), longest=80)
        raise BackendError("invalid", f"{place}: what it says is no text of an exporter: {reason}") from None
    if not samples:
        raise BackendError("invalid", f"{place}: it says nothing")
    return Exposed(place, samples)
