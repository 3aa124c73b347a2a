"""Schedules as short text for a column, and the words of a command line as tuples."""

from __future__ import annotations

from domain.time.rule import Daemon, FixedTime, Periodic, Rule


def describe(rule: Rule) -> str:
    """The rule in a few words: "every 5 min at :02", "05:30 Europe/Paris mon,fri", "on demand"."""
    if isinstance(rule, Periodic):
        return _describe_periodic(rule)
    if isinstance(rule, FixedTime):
        return _describe_fixed(rule)
    return "daemon" if isinstance(rule, Daemon) else "on demand"


def _describe_periodic(rule: Periodic) -> str:
    every = f"every {rule.minutes} min"
    if not rule.align:
        return every
    # Only periods that divide 60 keep their place in the hour; the others count from midnight.
    return f"{every} at :{rule.align:02}" if 60 % rule.minutes == 0 else f"{every} from 00:{rule.align:02}"


def _describe_fixed(rule: FixedTime) -> str:
    parts = [", ".join(rule.times)]
    if rule.zone:
        parts.append(rule.zone)
    if rule.weekdays:
        parts.append(",".join(rule.weekdays))
    if rule.days:
        parts.append("days " + ",".join(map(str, rule.days)))
    return " ".join(parts)


def parse_times(text: str) -> tuple[str, ...]:
    """The times of "05:30,17:30"; ValueError with the problems of a fixed-time rule."""
    return _checked(FixedTime(times=_words(text))).times


def parse_weekdays(text: str) -> tuple[str, ...]:
    """The weekdays of "mon,fri", none of ""; ValueError with the problems of a fixed-time rule."""
    return _checked(FixedTime(times=("00:00",), weekdays=_words(text))).weekdays


def parse_days(text: str) -> tuple[int | str, ...]:
    """The days of month of "1,15,last", none of ""; ValueError with the problems of a fixed-time rule."""
    return _checked(FixedTime(times=("00:00",), days=_words(text))).days


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",")) if text.strip() else ()


def _checked(rule: FixedTime) -> FixedTime:
    if problems := rule.problems():
        raise ValueError("; ".join(problems))
    return rule
