"""When a report is mailed and to whom, and what becomes of each planned time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from domain.mail.address import checked_address
from domain.mail.problem import MailProblem
from domain.report.query import ReportProblem
from domain.report.written import FORMATS
from domain.time.planned import planned_times
from domain.time.problems import zone_problems
from domain.time.rule import FixedTime
from domain.time.settle import Settled, settle

MOST_RECIPIENTS = 50
#: More would be a flood; for so many there is the page.
MOST_TIMES = 24


@dataclass(frozen=True)
class Limits:
    """The bounds of reports, as an operator may change them.

    A report has at most ``most_rows`` rows; a grouped one counts at most ``most_read`` runs or jobs.
    A planned time that passed is served up to ``window_hours`` later. ``site`` and ``zone`` are those
    of the file's ``[site]``.
    """

    site: str = field(default="Tickworks", metadata={"setting": "site.name"})
    zone: str = field(default="UTC", metadata={"setting": "site.zone"})
    most_rows: int = 10_000
    most_read: int = 200_000
    window_hours: int = 12
    longest_window: ClassVar[int] = 72

    def __post_init__(self) -> None:
        if problems := zone_problems(self.zone):
            raise ValueError("; ".join(problems))
        window = ("window_hours", self.longest_window)
        for name, most in (("most_rows", 100_000), ("most_read", 5_000_000), window):
            if not 1 <= getattr(self, name) <= most:
                raise ValueError(f"{name}: expected 1 to {most}, got {getattr(self, name)}")


@dataclass(frozen=True)
class UsageLimits(Limits):
    """The same for usage reports, many of which come once a month: they are served a month late too."""

    window_hours: int = 31 * 24
    longest_window: ClassVar[int] = 62 * 24


def rule(
    times: Iterable[str], zone: str | None, weekdays: Iterable[str] = (), days: Iterable[int | str] = ()
) -> FixedTime:
    """Fixed times, on some days. Raises ReportProblem with all that is wrong."""
    try:
        made = FixedTime(tuple(times), zone or None, tuple(weekdays), tuple(days))
        problems = made.problems()
    except TypeError as error:
        raise ReportProblem(f"schedule: {error}") from None
    if len(made.times) > MOST_TIMES:
        problems.append(f"times: at most {MOST_TIMES} a day, got {len(made.times)}")
    if problems:
        raise ReportProblem("; ".join(problems))
    return made


def recipients(addresses: object) -> tuple[str, ...]:
    """The addresses, each once. Raises ReportProblem with all that is wrong."""
    if isinstance(addresses, str) or not isinstance(addresses, Iterable) or isinstance(addresses, Mapping):
        raise ReportProblem(f"recipients: expected a list of addresses, got {type(addresses).__name__}")
    found, problems = [], []
    for each in addresses:
        try:
            found.append(checked_address("recipients", str(each)))
        except MailProblem as problem:
            problems.append(str(problem))
    if not problems and not 1 <= len(found) <= MOST_RECIPIENTS:
        problems.append(f"recipients: expected 1 to {MOST_RECIPIENTS} addresses, got {len(found)}")
    if problems:
        raise ReportProblem("; ".join(problems))
    return tuple(dict.fromkeys(found))


def checked_format(form: object) -> str:
    """The same word. Raises ReportProblem."""
    if form not in FORMATS:
        raise ReportProblem(f"format: expected {' or '.join(FORMATS)}, got {form!r}")
    return str(form)


def due(when: FixedTime, accounted_until: int, now: float, zone: ZoneInfo, window: float) -> list[Settled]:
    """What becomes of each planned time in (`accounted_until`, `now`]: late ones are merged into one."""
    planned = [each.at for each in planned_times(when, accounted_until, int(now), zone)]
    return settle(planned, now, "once", window)


def as_values(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A stored rule as the arguments of `rule`."""
    return {key: stored.get(key) or () for key in ("times", "weekdays", "days")} | {
        "zone": stored.get("zone")
    }
