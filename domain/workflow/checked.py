"""The checks a workflow passes before it is kept: whatever can be known to be wrong is said at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.mail import written
from domain.mail.address import checked_address
from domain.mail.problem import MailProblem
from domain.objects.text import web_address
from domain.workflow.arguments import check_arguments
from domain.workflow.definition import (
    ACTIONS,
    ALONE,
    METHODS,
    MOST_ACTIONS,
    MOST_CONDITIONS,
    OPERATORS,
    Action,
    Condition,
    Definition,
)
from domain.workflow.happened import FIELDS, TABLES
from domain.workflow.problem import WorkflowProblem

_EVENT = re.compile(r"[a-z0-9_.*-]{1,80}")
_FIELD = re.compile(r"[a-z]+|data(\.[A-Za-z0-9_-]{1,60}){1,6}")
_TYPE = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
LONGEST = 20_000


def checked(definition: Definition) -> Definition:
    """The same. Raises WorkflowProblem with all that is wrong with it."""
    problems = list(_problems(definition))
    if problems:
        raise WorkflowProblem("; ".join(problems))
    return definition


def _problems(definition: Definition) -> Iterator[str]:
    if not _EVENT.fullmatch(definition.event):
        yield f"event: {definition.event!r} is no name: expected one such as failure or organisation.*"
    if definition.match not in ("all", "any"):
        yield f"match: expected all or any, got {definition.match!r}"
    if len(definition.conditions) > MOST_CONDITIONS:
        yield f"conditions: at most {MOST_CONDITIONS}"
    if not 1 <= len(definition.actions) <= MOST_ACTIONS:
        yield f"actions: expected 1 to {MOST_ACTIONS}, got {len(definition.actions)}"
    for n, condition in enumerate(definition.conditions, 1):
        yield from (f"condition {n}: {each}" for each in _of_condition(condition))
    for n, action in enumerate(definition.actions, 1):
        yield from (f"action {n} ({action.kind or 'none'}): {each}" for each in _of_action(action))


def _of_condition(condition: Condition) -> Iterator[str]:
    root = condition.field.partition(".")[0]
    if root not in FIELDS or not _FIELD.fullmatch(condition.field):
        yield f"there is no field {condition.field!r}; there are {', '.join(FIELDS)}, such as data.amount"
    if condition.operator not in OPERATORS:
        yield f"operator: expected one of {', '.join(OPERATORS)}, got {condition.operator!r}"
    elif condition.operator in ("more", "less") and not _is_number(condition.value):
        yield f"value: expected a number, got {condition.value!r}"
    elif condition.operator not in (*ALONE, "is", "is_not") and not condition.value.strip():
        yield "value: it is empty"
    if len(condition.value) > 500:
        yield "value: at most 500 characters"


def _of_action(action: Action) -> Iterator[str]:
    known = ACTIONS.get(action.kind)
    if known is None:
        yield f"expected one of {', '.join(ACTIONS)}, got {action.kind!r}"
        return
    for name in action.texts:
        if name not in known:
            yield f"there is no field {name!r}; there are {', '.join(known)}"
    for name, needed in known.items():
        if needed and not action.texts.get(name, "").strip():
            yield f"{name}: it is empty"
    for name, text in action.texts.items():
        if len(text) > LONGEST or "\0" in text:
            yield f"{name}: at most {LONGEST} characters, none of them NUL"
            continue
        try:
            written.check(name, text, FIELDS, TABLES)
        except MailProblem as problem:
            yield str(problem)
    yield from _OWN[action.kind](action)


def _of_mail(action: Action) -> Iterator[str]:
    for address in recipients(action.texts.get("to", "")):
        if "{" in address:
            continue
        try:
            checked_address("to", address)
        except MailProblem as problem:
            yield str(problem)


def _of_job(action: Action) -> Iterator[str]:
    if not re.fullmatch(r"[a-z0-9_]{1,64}", action.texts.get("job", "")):
        yield "job: expected a kind of job, see `tickworks jobs kinds`"
    if text := action.texts.get("args", "").strip():
        try:
            check_arguments(text)
        except MailProblem as problem:
            yield str(problem)
        else:
            if not text.startswith("{"):
                yield 'args: expected an object such as {"size": 5}'


def _of_http(action: Action) -> Iterator[str]:
    texts = action.texts
    if texts.get("method") not in METHODS:
        yield f"method: expected one of {', '.join(METHODS)}, got {texts.get('method')!r}"
    if "{" in texts.get("address", ""):
        yield "address: it stands as it is; what the event says belongs into the body"
    elif texts.get("address"):
        try:
            web_address(texts["address"])
        except ValueError as error:
            yield f"address: {error}"
    if texts.get("private", "") not in ("", "yes", "no"):
        yield f"private: expected yes or no, got {texts['private']!r}"
    secret = texts.get("secret", "")
    if secret and not re.fullmatch(r"(env|file|vault):\S{1,200}", secret):
        yield "secret: expected a reference such as vault:desk, never the secret itself"


def _of_event(action: Action) -> Iterator[str]:
    if not _TYPE.fullmatch(action.texts.get("type", "")):
        yield "type: expected a word such as customer_called"
    if action.texts.get("severity") not in ("info", "warning", "error"):
        yield f"severity: expected info, warning or error, got {action.texts.get('severity')!r}"


def recipients(text: str) -> list[str]:
    """Addresses with commas or spaces between; a field in braces stays whole."""
    return [each for each in re.split(r"[,;\s]+(?![^{]*\}\})", text.strip()) if each]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


_OWN = {"mail": _of_mail, "job": _of_job, "http": _of_http, "event": _of_event}
