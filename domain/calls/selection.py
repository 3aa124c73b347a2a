"""Which calls are to be rated again: what of them must be so, and what becomes of invoiced ones."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from domain.rating.legs import ORIGINS

Matched = Literal["", "rated", "mismatched"]
Zero = Literal["", "zero", "charged"]
Invoiced = Literal["refuse", "credit"]
#: So many days at most in one job: more are several jobs, which can be cancelled one by one.
MOST_DAYS = 92
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Selection:
    """What is None or empty selects every call.

    `client`: an organisation's number; `code`: how the code begins that the call has; `status`: by
    `domain.calls.raw.Status`; `matched`: with a charge, or without one; `zero`: those that cost nothing, or
    something. `invoiced`: such calls are refused, or their difference becomes a credit.

    Raises ValueError with one line for what cannot be.
    """

    client: int | None = None
    account: int | None = None
    code: str = ""
    origin: str = ""
    gateway: str = ""
    status: int | None = None
    tag: str = ""
    matched: Matched = ""
    zero: Zero = ""
    invoiced: Invoiced = "refuse"

    def __post_init__(self) -> None:
        if self.code and not (self.code.isascii() and self.code.isdigit()):
            raise ValueError(f"code: expected the first digits of a code, got {self.code[:_LONGEST]!r}")
        if self.origin not in ("", *ORIGINS):
            raise ValueError(f"origin: expected {' or '.join(ORIGINS)}, got {self.origin[:_LONGEST]!r}")
        for name, kind in (("matched", Matched), ("zero", Zero), ("invoiced", Invoiced)):
            value = getattr(self, name)
            if value not in get_args(kind):
                have = " or ".join(filter(None, get_args(kind)))
                raise ValueError(f"{name}: expected {have}, got {str(value)[:_LONGEST]!r}")
        for name in ("code", "gateway", "tag"):
            value = getattr(self, name)
            if len(value) > _LONGEST or "\0" in value:
                raise ValueError(f"{name}: expected at most {_LONGEST} characters")

    def said(self) -> str:
        """As it is kept: what it selects by, as JSON."""
        return json.dumps({name: value for name, value in asdict(self).items() if value not in (None, "")})

    @classmethod
    def of(cls, text: str) -> Selection:
        """What `said` kept."""
        known = {each.name for each in fields(cls)}
        given: dict[str, Any] = json.loads(text)
        return cls(**{name: value for name, value in given.items() if name in known})
