"""Notices are made from templates: files with a subject line, a blank line, and a text with ``$names``.

Nothing in a value is ever read as a template, and a template can compute nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import NamedTuple

from domain.mail.header import checked_line
from domain.mail.problem import MailProblem

FOLDER = Path(__file__).parent / "templates"
_NAME = re.compile(r"[a-z0-9_]{1,64}")
_SUBJECT = "Subject: "


class Rendered(NamedTuple):
    """What a template and its values make."""

    subject: str
    text: str


def render(name: str, values: Mapping[str, object], folder: Path = FOLDER) -> Rendered:
    """The notice that the template `name` makes of these values.

    Raises MailProblem: no such template, a value that it names is missing, or a value that would
    break the subject's line.
    """
    head, _, body = _source(name, folder).partition("\n")
    if not head.startswith(_SUBJECT):
        raise MailProblem(f"template {name}: its first line must begin with {_SUBJECT.strip()}")
    texts = {key: str(value) for key, value in values.items()}
    try:
        subject = Template(head.removeprefix(_SUBJECT)).substitute(texts)
        text = Template(body.lstrip("\n")).substitute(texts)
    except KeyError as missing:
        raise MailProblem(f"template {name}: no value for {missing.args[0]}") from None
    except ValueError as error:
        raise MailProblem(f"template {name}: {error}; write $$ for a dollar sign") from None
    return Rendered(checked_line("subject", subject), text)


def _source(name: str, folder: Path) -> str:
    path = folder / f"{name}.txt"
    if not _NAME.fullmatch(name) or not path.is_file():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.txt")))
        raise MailProblem(f"template: there is no {name!r}; there is {known}")
    return path.read_text("utf-8")
