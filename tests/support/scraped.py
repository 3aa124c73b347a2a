"""What a scrape says, by name and labels."""

from __future__ import annotations

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain


class Scraped:
    """The series of one scrape."""

    def __init__(self, body: bytes, content_type: str = "text/plain") -> None:
        self.text = body.decode()
        parse = openmetrics if content_type.startswith("application/openmetrics-text") else plain
        self.families = {family.name: family for family in parse(self.text)}
        self.series = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families.values()
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float | None:
        """Of one series, by its name without our prefix; None where it is absent."""
        return self.series.get((f"tickworks_{name}", frozenset(labels.items())))

    def names(self) -> set[str]:
        """The names of all series."""
        return {name for name, _ in self.series}

    def labels(self, name: str) -> list[dict[str, str]]:
        """The labels of each series of this name."""
        return [dict(labels) for found, labels in self.series if found == f"tickworks_{name}"]
