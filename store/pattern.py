"""Patterns for LIKE, from words that people look for."""

from __future__ import annotations

_MARKS = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def contains(text: str) -> str:
    """A LIKE pattern (ESCAPE '\\') for texts that contain this one."""
    return f"%{text.translate(_MARKS)}%"


def begins(text: str) -> str:
    """A LIKE pattern (ESCAPE '\\') for texts that begin with this one."""
    return f"{text.translate(_MARKS)}%"
