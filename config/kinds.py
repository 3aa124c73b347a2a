"""What a value may be: each kind says it in words, checks a value and reads the text of a variable.

A kind stands in the annotation of a setting, ``Annotated[int, Whole(1, 256)]``, so the models of
`config.settings` are the one table behind validation, messages and the reference page.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import CoreSchema, core_schema

from config.problems import Refused, closest, did_you_mean
from config.secrets import is_reference, redacted

_SPAN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)([smhd]?)")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_SWITCH = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


class Kind(ABC):
    """`expected` completes "expected …"; `secret` values are never shown and may be references."""

    secret = False

    @property
    @abstractmethod
    def expected(self) -> str: ...

    @abstractmethod
    def check(self, value: object) -> Any:
        """The value to use. Raises Refused."""

    def read(self, text: str) -> object:
        """The value that the text of a variable means; what cannot be read is left for `check`."""
        return text

    def refuse(self, value: object, hint: str = "") -> Refused:
        """The error for a value that is not of this kind."""
        return Refused(f"expected {self.expected}, got {shown(value)}{hint}")

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)


@dataclass(frozen=True)
class Whole(Kind):
    low: int
    high: int

    @property
    def expected(self) -> str:
        return f"a whole number from {self.low} to {self.high}"

    def check(self, value: object) -> int:
        # bool is an int to Python, and never meant as a number here.
        if type(value) is not int or not self.low <= value <= self.high:
            raise self.refuse(value)
        return value

    def read(self, text: str) -> object:
        return int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else text


@dataclass(frozen=True)
class Seconds(Kind):
    """A span as a number of seconds, or as a text with a unit."""

    low: float
    high: float

    @property
    def expected(self) -> str:
        return f"{self.low:.9g} to {self.high:.9g} seconds (a number, or a text like 90s, 10m, 2h, 1d)"

    def check(self, value: object) -> float:
        span = value
        if isinstance(value, str) and (match := _SPAN.fullmatch(value)):
            span = float(match[1]) * _UNITS[match[2]]
        if isinstance(span, bool) or not isinstance(span, int | float) or not self.low <= span <= self.high:
            raise self.refuse(value)
        return float(span)


@dataclass(frozen=True)
class Switch(Kind):
    expected = "true or false"

    def check(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise self.refuse(value)
        return value

    def read(self, text: str) -> object:
        return _SWITCH.get(text.lower(), text)


@dataclass(frozen=True)
class Choice(Kind):
    words: tuple[str, ...]

    @property
    def expected(self) -> str:
        return f"one of {', '.join(self.words)}"

    def check(self, value: object) -> str:
        if not isinstance(value, str):
            raise self.refuse(value)
        if value not in self.words:
            raise self.refuse(value, did_you_mean(closest(value, self.words)))
        return value


@dataclass(frozen=True)
class Text(Kind):
    """A text that matches a pattern as a whole; `words` says the pattern."""

    words: str
    pattern: str

    @property
    def expected(self) -> str:
        return self.words

    def check(self, value: object) -> str:
        if not isinstance(value, str) or re.fullmatch(self.pattern, value) is None:
            raise self.refuse(value)
        return value


@dataclass(frozen=True)
class Folder(Kind):
    expected = "the path of a folder (~ is not expanded)"

    def check(self, value: object) -> Path:
        if not isinstance(value, str) or not value.strip() or value.startswith("~") or "\0" in value:
            raise self.refuse(value)
        return Path(value)


@dataclass(frozen=True)
class SecretReference(Kind):
    """Where a secret is, or "": there is none. It is followed only when the secret is needed.

    Nothing of a wrong value is repeated: it may be the secret itself. With ``vault=False`` it is what
    opens others, so it cannot be among them.
    """

    vault: bool = True

    @property
    def expected(self) -> str:
        kinds = "env:NAME, file:PATH or vault:NAME" if self.vault else "env:NAME or file:PATH"
        return f"a reference to the secret: {kinds}"

    def check(self, value: object) -> str:
        if not isinstance(value, str) or not (value == "" or is_reference(value)):
            raise Refused(f"expected {self.expected}; a secret itself does not belong here")
        if value.startswith("vault:") and not self.vault:
            raise Refused(f"expected {self.expected}; what is sealed cannot open the seal")
        return value


@dataclass(frozen=True)
class Day(Kind):
    """A day of the month."""

    expected = 'a day from 1 to 31 or "last"'

    def check(self, value: object) -> int | str:
        if value == "last":
            return "last"
        if type(value) is not int or not 1 <= value <= 31:
            raise self.refuse(value)
        return value

    def read(self, text: str) -> object:
        return Whole(1, 31).read(text)


@dataclass(frozen=True)
class Listed(Kind):
    """A list of values of one kind; a value that comes twice counts once."""

    what: str
    item: Kind
    least: int = 0

    @property
    def expected(self) -> str:
        return f"a list of {self.what}"

    def check(self, value: object) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise self.refuse(value)
        checked: list[Any] = []
        texts: list[str] = []
        for entry in value:
            try:
                checked.append(self.item.check(entry))
            except Refused as refused:
                texts += refused.texts
        if texts:
            raise Refused(*texts)
        if len(checked) < self.least:
            raise Refused(f"expected at least {self.least} of a list of {self.what}, got an empty list")
        return tuple(dict.fromkeys(checked))

    def read(self, text: str) -> object:
        if not text.lstrip().startswith("["):
            return [self.item.read(part.strip()) for part in text.split(",") if part.strip()]
        try:
            return json.loads(text)
        except ValueError:
            return text


@dataclass(frozen=True)
class Table(Kind):
    """Free keys and values; somebody else knows what they mean."""

    expected = "a table"

    def check(self, value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.refuse(value)
        return dict(value)

    def read(self, text: str) -> object:
        return read_free(text)


def read_free(text: str) -> object:
    """The JSON value of a text, or the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def shown(value: object) -> str:
    """A value as a message may repeat it: on one line, short, and without passwords."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        text = redacted(value)
        return repr(text if len(text) <= 60 else f"{text[:57]}...")
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, int) and abs(value) >= 10**18:
        return "a far larger number"
    return str(value)
