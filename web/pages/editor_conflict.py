"""Somebody else's newer edit beside one's own: what differs, and a form that keeps one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from actors.service import Service
from domain.time.spoken import epoch
from web.acts.edit_service import Edited
from web.pages.editor_form import LOGGING_FOR, SCHEDULE, Texts, texts_of, touched_of
from web.pages.editor_view import labels
from web.shown.form import options_form


@dataclass(frozen=True)
class Difference:
    """A field with both values; ``own``: this form has changed it."""

    label: str
    mine: str
    theirs: str
    own: bool


@dataclass(frozen=True)
class Conflict:
    """Who has changed it when (None: nobody, a new configuration), and what differs.

    ``kept``: one's own changes over their values.
    """

    by: str | None
    at: str
    action: str
    reason: str
    differences: tuple[Difference, ...]
    kept: Texts
    was: Texts
    revision: int


def conflict(service: Service, error: Edited, now: Texts, was: Texts, zone: ZoneInfo) -> Conflict:
    """What their edit means for a form that holds `now` and was made with `was`."""
    theirs = texts_of(service, error.current)
    mine = touched_of(now, was)
    if mine & set(SCHEDULE):
        mine |= set(SCHEDULE) & set(theirs)  # a period is nothing without its kind
    names = labels(options_form(service, error.current))
    differences = tuple(
        Difference(names.get(name, name), said(now.get(name, [])), said(texts), name in mine)
        for name, texts in theirs.items()
        if now.get(name, []) != texts and (name in mine or texts != was.get(name))
    )
    change = error.change or {}
    at = None if error.changed_at is None else datetime.fromtimestamp(epoch(error.changed_at), zone)
    return Conflict(
        by=error.changed_by,
        at="" if at is None else f"{at:%Y-%m-%d %H:%M:%S}",
        action=change.get("action") or "",
        reason=change.get("reason") or "",
        differences=differences,
        kept=theirs | {name: now[name] for name in mine if name in now},
        was=theirs,
        revision=int(error.current["revision"]),
    )


def said(texts: Sequence[str]) -> str:
    """A field in one line, for people."""
    words = {"yes": "on", "no": "off", "": "nothing"}
    return (
        ", ".join(words.get(text, LOGGING_FOR.get(text, text.replace("_", " "))) for text in texts) or "off"
    )
