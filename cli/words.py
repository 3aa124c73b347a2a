"""Arguments and options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="One JSON document and nothing else.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A service's name, title or alias.")]
Names = Annotated[list[str], typer.Argument(metavar="NAME…", help="Services by name, title or alias.")]
SomeNames = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME…]", help="Services; none given: all of them.")
]
Reason = Annotated[str | None, typer.Option("--reason", help="Why; kept in the audit trail.")]


RunId = Annotated[int, typer.Argument(metavar="ID", help="A run's number.", min=1, max=2**63 - 1)]


class Switch(StrEnum):
    """The two words of a switch."""

    on = "on"
    off = "off"
