"""The actions of a workflow for one event: every text filled in, so that a later edit changes nothing."""

from __future__ import annotations

import json
from typing import Any

from domain.hooks.told import Told
from domain.mail import written
from domain.mail.address import checked_address
from domain.mail.header import checked_line
from domain.mail.problem import MailProblem
from domain.workflow.arguments import arguments
from domain.workflow.checked import recipients
from domain.workflow.definition import Action, Definition
from domain.workflow.happened import values
from domain.workflow.problem import WorkflowProblem

Filled = dict[str, Any]


def filled(definition: Definition, told: Told) -> list[Filled]:
    """What would be done, in order: ``kind`` and its values. Raises WorkflowProblem naming the action."""
    found = values(told)
    made = []
    for n, action in enumerate(definition.actions, 1):
        try:
            made.append({"kind": action.kind, **_MAKE[action.kind](action, found)})
        except MailProblem as problem:
            raise WorkflowProblem(f"action {n} ({action.kind}): {problem}") from None
    return made


def in_words(made: Filled) -> str:
    """One line on what an action does."""
    match made["kind"]:
        case "mail":
            return f"Mail to {', '.join(made['to'])}: {made['subject']}"
        case "job":
            return f"Job {made['job']} for {made['organisation']}" + (
                f": {made['object']}" if made["object"] else ""
            )
        case "http":
            return f"{made['method']} {made['address']}"
    return f"Event {made['type']}: {made['text']}"


def _mail(action: Action, found: Filled) -> Filled:
    texts = action.texts
    to = tuple(
        checked_address("to", each) for each in recipients(written.fill("to", texts["to"], found)) if each
    )
    if not to:
        raise MailProblem("to: nobody is named for this event")
    return {
        "to": to,
        "subject": checked_line(
            "subject", " ".join(written.fill("subject", texts["subject"], found).split())
        ),
        "text": written.fill("text", texts["text"], found),
        "organisation": _line("organisation", texts.get("organisation", ""), found) or None,
    }


def _job(action: Action, found: Filled) -> Filled:
    texts = action.texts
    args = arguments(texts["args"], found) if texts.get("args", "").strip() else {}
    if not isinstance(args, dict):
        raise MailProblem("args: expected an object")
    return {
        "job": texts["job"],
        "organisation": _line("organisation", texts["organisation"], found),
        "object": _line("object", texts.get("object", ""), found),
        "args": args,
    }


def _http(action: Action, found: Filled) -> Filled:
    texts = action.texts
    body = written.fill("body", texts.get("body", ""), found)
    return {
        "method": texts["method"],
        "address": texts["address"],
        "body": body or json.dumps(found, ensure_ascii=False),
        "secret": texts.get("secret", ""),
        "private": texts.get("private") == "yes",
    }


def _event(action: Action, found: Filled) -> Filled:
    texts = action.texts
    return {
        "type": texts["type"],
        "severity": texts["severity"],
        "text": written.fill("text", texts["text"], found),
        "object": found["object"],
        "organisation": found["organisation"] or None,
    }


def _line(field: str, text: str, found: Filled) -> str:
    return checked_line(field, written.fill(field, text, found).strip(), 200)


_MAKE = {"mail": _mail, "job": _job, "http": _http, "event": _event}
