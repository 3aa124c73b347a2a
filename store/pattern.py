"""Patterns for LIKE, from words that people look for."""

from __future__ import annotations

_MARKS = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def contains(text: str) -> str:
    """A LIKE pattern (ESCAPE '\\') for texts that contain this one."""
    return f"%{text.translate(_MARKS)}%"
