"""What is wrong with an object among others."""

from __future__ import annotations


class Unsound(ValueError):
    """An object cannot stand beside those there are; `field` names what is wrong, "" all of it."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field
