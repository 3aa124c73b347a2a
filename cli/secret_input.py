"""A secret that is asked for: typed unseen, or a line of standard input."""

from __future__ import annotations

import sys

import typer


def asked_for(name: str) -> str:
    """What somebody types twice at a terminal, or the next line of what is piped in."""
    if sys.stdin.isatty():
        return str(typer.prompt(name, hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
