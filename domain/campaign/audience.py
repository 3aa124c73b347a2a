"""Whom a campaign is for: contacts that are chosen by what they are, or a list."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from domain.mail.address import checked_address
from domain.mail.header import checked_line
from domain.mail.problem import MailProblem

DUTIES = ("billing", "technical", "notices", "domains")
KINDS = ("provider", "reseller", "customer", "vendor", "card_holder")
MOST = 200_000
LONGEST_LIST = 10 * 2**20
_COLUMNS = ("email", "name", "organisation")


@dataclass(frozen=True)
class Audience:
    """Contacts of `organisations` (by name; with those below them), of these `kinds`, with one of `duties`.

    Empty: any. With a `people` list ((address, name, organisation), …) it is these alone.
    """

    organisations: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    people: tuple[tuple[str, str, str], ...] = ()

    @property
    def text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))


def from_json(text: str) -> Audience:
    """What `Audience.text` gave."""
    found: Mapping[str, Any] = json.loads(text)
    return Audience(
        tuple(found["organisations"]),
        tuple(found["kinds"]),
        tuple(found["duties"]),
        tuple((row[0], row[1], row[2]) for row in found["people"]),
    )


def checked(audience: Audience) -> Audience:
    """The same. Raises MailProblem for a kind or duty that there is not."""
    for what, given, known in (("kinds", audience.kinds, KINDS), ("duties", audience.duties, DUTIES)):
        for word in given:
            if word not in known:
                raise MailProblem(f"{what}: expected some of {', '.join(known)}, got {word!r}")
    return audience


def people(text: str) -> tuple[tuple[str, str, str], ...]:
    """The rows of a CSV list: a line of headings with ``email``, and ``name`` and ``organisation`` if wanted.

    Or one address on each line. An address that comes twice, in any case, is there once.
    Raises MailProblem naming the line.
    """
    if len(text) > LONGEST_LIST:
        raise MailProblem(f"list: {len(text)} characters; at most {LONGEST_LIST}")
    try:
        return _read(text)
    except csv.Error as error:
        raise MailProblem(f"list: this is no CSV: {error}") from None


def _read(text: str) -> tuple[tuple[str, str, str], ...]:
    lines = text.removeprefix("\ufeff").strip()
    if not lines:
        return ()
    head = [cell.strip().lower() for cell in next(csv.reader([lines.splitlines()[0]]))]
    if "email" in head:
        if unknown := [name for name in head if name not in _COLUMNS]:
            raise MailProblem(f"list, line 1: expected {', '.join(_COLUMNS)}, got {unknown[0]!r}")
        places = [head.index(name) if name in head else -1 for name in _COLUMNS]
    else:
        lines, places = f"email\n{lines}", [0, -1, -1]
    found: dict[str, tuple[str, str, str]] = {}
    reader = csv.reader(io.StringIO(lines))
    next(reader)
    shift = 0 if "email" in head else 1
    for row in reader:
        if any(cell.strip() for cell in row):
            person = _person(row, places, reader.line_num - shift)
            found.setdefault(person[0].lower(), person)
        if len(found) > MOST:
            raise MailProblem(f"list: more than {MOST} addresses")
    return tuple(found.values())


def _person(row: list[str], places: list[int], line: int) -> tuple[str, str, str]:
    email, name, organisation = (row[place].strip() if 0 <= place < len(row) else "" for place in places)
    try:
        return (
            checked_address("address", email),
            checked_line("name", name, 120),
            checked_line("organisation", organisation, 120),
        )
    except MailProblem as problem:
        raise MailProblem(f"list, line {line}: {problem}") from None
