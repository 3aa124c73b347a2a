"""Which jobs somebody asks for, as the conditions of a statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.pattern import contains


@dataclass(frozen=True)
class Search:
    """Each given value narrows; `text` is a part of the object's reference or of the key, in any case."""

    kind: str | None = None
    organisation: str | None = None
    backend: str | None = None
    text: str | None = None

    def wheres(self) -> tuple[str, list[Any]]:
        """`` AND …`` for a table that is called `j`, and its parameters."""
        parts: list[str] = []
        params: list[Any] = []
        for column in ("kind", "organisation", "backend"):
            value = getattr(self, column)
            if value is not None:
                parts.append(f" AND j.{column} = ?")
                params.append(value)
        if self.text:
            parts.append(
                " AND (LOWER(j.object) LIKE LOWER(?) ESCAPE '\\' OR LOWER(j.key) LIKE LOWER(?) ESCAPE '\\')"
            )
            params += [contains(self.text)] * 2
        return "".join(parts), params
