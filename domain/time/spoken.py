"""Times and lengths of time as people read them: on the terminal, on the page and in mail."""

from __future__ import annotations

from datetime import datetime, tzinfo

NOTHING = "—"


def ago(at: str | None, now: float) -> str:
    """An RFC 3339 instant as "2 min ago" or "in 5 min"; a dash for none."""
    if at is None:
        return NOTHING
    distance = now - epoch(at)
    return f"{short(distance)} ago" if distance >= 0 else f"in {short(-distance)}"


def for_(since: str | None, now: float) -> str:
    """How long something has lasted: "42 s"."""
    return NOTHING if since is None else short(now - epoch(since))


def short(seconds: float) -> str:
    """A length of time for a narrow column, in one unit: 42 s, 5 min, 3 h, 2 d."""
    whole = max(0, int(seconds))
    for unit, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if whole >= 2 * unit:
            return f"{whole // unit} {name}"
    return f"{whole} s"


def took(seconds: float | None) -> str:
    """A duration: "0.42 s" for short ones, "5 min" for long ones."""
    if seconds is None:
        return NOTHING
    return f"{seconds:.2f} s" if seconds < 10 else span(seconds)


def epoch(text: str) -> float:
    """An RFC 3339 instant as epoch seconds."""
    return datetime.fromisoformat(text).timestamp()


def local(at: str | None, zone: tzinfo) -> str:
    """An RFC 3339 instant as the site's wall clock shows it."""
    if at is None:
        return NOTHING
    return f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%d %H:%M:%S}"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """ "1 service", "2 services"."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def span(seconds: float) -> str:
    """A length of time for people: 42 s, 5 min, 3 h 20 min, 2 d."""
    whole = max(0, int(seconds))
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min"
    if whole < 172_800:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86_400} d"


def exact(seconds: float) -> str:
    """A length of time as a form holds it, with nothing lost: "10 min", "1 h 30 min", "90.5 s"."""
    whole = int(seconds)
    if whole != seconds or whole == 0:
        return f"{seconds:g} s"
    parts = []
    for unit, name in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if whole >= unit:
            parts.append(f"{whole // unit} {name}")
            whole %= unit
    return " ".join(parts)
