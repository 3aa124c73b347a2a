"""The minutes of an hour in which a period hits, as a row of 60 small marks."""

from __future__ import annotations

from markupsafe import Markup

from domain.time.rule import Periodic

STEP = 10
HEIGHT = 26
LABELS = (0, 15, 30, 45)


def minute_marks(rule: Periodic) -> str:
    """SVG of the hour from midnight on; a period that does not divide 60 differs in later hours.

    The rule must have no problems.
    """
    hit = set(range(rule.align, 60, rule.minutes))
    said = ", ".join(f":{minute:02}" for minute in sorted(hit))
    marks = "".join(_mark(minute, minute in hit) for minute in range(60))
    texts = "".join(
        f'<text x="{minute * STEP + 1}" y="{HEIGHT - 1}">:{minute:02}</text>' for minute in LABELS
    )
    return Markup(
        '<svg class="minutes" viewBox="0 0 {} {}" role="img" aria-label="Starts at {}">{}{}</svg>'
    ).format(60 * STEP, HEIGHT, said, Markup(marks), Markup(texts))


def _mark(minute: int, hit: bool) -> str:
    height, name = (13, ' class="hit"') if hit else (5, "")
    return (
        f'<rect x="{minute * STEP + 1}" y="{14 - height}" width="{STEP - 3}" height="{height}" rx="1"{name}/>'
    )
