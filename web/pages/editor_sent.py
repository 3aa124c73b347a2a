"""The editor's form as it was sent: its values, what it was made with, and what they would change."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import FormData

from actors.service import Service
from node.site import Site
from web.access.who import Who
from web.acts.refusal import Refusal
from web.pages.editor_form import FOR_OPERATORS, Texts, changes_of, merged

#: What a sent form holds besides the values of the service.
CONTROLS = ("was", "revision", "do", "fill", "revert", "reason", "page")
LONGEST_REASON = 200


@dataclass(frozen=True)
class Typed:
    """``expect``: the revision it was made on; -1 where it does not say."""

    now: Texts
    was: Texts
    changes: dict[str, Any]
    touched: set[str]
    revert: list[str]
    reason: str
    expect: int

    @property
    def takes_admin(self) -> bool:
        """Whether it asks for more than operators may change."""
        asked = self.touched | set(self.revert) | set(self.changes)
        return not asked <= FOR_OPERATORS | {"logging_until", "revert"}


def typed(site: Site, service: Service, who: Who, sent: FormData) -> Typed:
    """Raises Refusal (bad_value) where the form is none of ours."""
    was = _was(text_of(sent, "was"))
    texts = {name: [str(each) for each in sent.getlist(name)] for name in sent if name not in CONTROLS}
    now = merged(texts, was, whole=who.may("admin"))
    revert = [str(each) for each in sent.getlist("revert")]
    changes, touched = changes_of(service, now, was, revert, site.clock.now())
    revision = text_of(sent, "revision")
    # A form that does not say what it was made on has seen nothing: it overwrites nothing.
    expect = int(revision) if revision.isdecimal() and len(revision) < 19 else -1
    reason = " ".join(text_of(sent, "reason").split())[:LONGEST_REASON]
    return Typed(now, was, changes, touched, revert, reason, expect)


def anew(site: Site, service: Service, before: Typed, **other: Any) -> Typed:
    """The same form with other values (`now`, `was`, `expect`), and the changes they make."""
    made = replace(before, **other)
    changes, touched = changes_of(service, made.now, made.was, made.revert, site.clock.now())
    return replace(made, changes=changes, touched=touched)


def text_of(sent: FormData, name: str) -> str:
    """A field's text; empty where it is missing or a file."""
    found = sent.get(name, "")
    return found if isinstance(found, str) else ""


def _was(text: str) -> Texts:
    try:
        found = json.loads(text)
        return {str(name): [str(each) for each in texts] for name, texts in found.items()}
    except (ValueError, AttributeError, TypeError, RecursionError):
        raise Refusal("bad_value", "the form was not sent whole: open the editor again") from None
