"""From a server's reading to a finding: one figure, or one service, of what it said."""

from __future__ import annotations

from backends.probe.finding import Finding
from backends.probe.reading import Reading


def figure(reading: Reading, metric: str, about: str = "", unit: str = "") -> Finding:
    """The value of one figure; not ok if the server did not tell it. A limit is the caller's."""
    value = reading.value(metric, about)
    if value is None:
        known = sorted({thing for name, thing, _ in reading.figures if name == metric})
        hint = f"; it has {', '.join(known)}" if any(known) else ""
        return Finding(False, f"no {metric} of {about}{hint}" if about else f"no {metric}", unit=unit)
    return Finding(True, f"{metric} {about}".strip(), value, unit)


def service(reading: Reading, name: str) -> Finding:
    """Whether a service (or process) of this name runs, whatever its case; the value is 1 or 0."""
    wanted = name.lower()
    found = next((each for each in reading.services if each.name.lower() == wanted), None)
    if found is None:
        # A process has no entry when it does not run; a renamed service has none either.
        return Finding(False, f"{name} does not run, or is called otherwise", 0.0)
    return Finding(found.running, f"{found.name} is {found.state}", float(found.running))
