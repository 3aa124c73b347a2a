"""The arguments of a job that a workflow orders: what an event says can be a value there, and nothing else.

Who can make an event happen must not be able to add an argument by what they write into it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from domain.mail import written
from domain.mail.problem import MailProblem


def arguments(text: str, values: Mapping[str, Any]) -> Any:
    """The JSON of `text` with `values` filled in; in quotes a value stays a text. Raises MailProblem."""
    try:
        return _each(json.loads(text), values)
    except ValueError:
        pass
    check_arguments(text)
    try:
        return json.loads(written.fill("args", text, values))
    except ValueError as error:
        raise MailProblem(f"args: filled in, this is no JSON: {error}") from None


def check_arguments(text: str) -> None:
    """Raises MailProblem for a text in which a value could end its place, or that never becomes JSON."""
    try:
        json.loads(text)
    except ValueError as error:
        if "{" + "{" not in text:
            raise MailProblem(f"args: this is no JSON: {error}") from None
        if not written.only_json("args", text):
            raise MailProblem(
                "args: outside of quotes a field needs the filter tojson: {{ data.size | tojson }}; "
                "in quotes, write other quotes within the braces as '"
            ) from None


def _each(given: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(given, dict):
        return {name: _each(value, values) for name, value in given.items()}
    if isinstance(given, list):
        return [_each(value, values) for value in given]
    return written.fill("args", given, values) if isinstance(given, str) else given
