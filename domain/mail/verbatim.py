"""Header fields that stand as they are: Python's own folding would hide a long address in encoded words."""

from __future__ import annotations

from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.policy import Policy
from typing import Any

#: Names of fields whose classes are kept.
MOST_NAMES = 100


class Verbatim(UnstructuredHeader):
    """Plain ASCII, folded at its spaces and nowhere else; a word may be longer than a line."""

    name: str  # of the field; `BaseHeader`, which the registry mixes in, sets it

    def fold(self, *, policy: Policy) -> str:
        """The field as lines of the message."""
        lines, line = [], f"{self.name}:"
        for word in str(self).split():
            if len(line) + 1 + len(word) > (policy.max_line_length or 78) and line.strip() != f"{self.name}:":
                lines.append(line)
                line = ""
            line += f" {word}"
        return policy.linesep.join([*lines, line]) + policy.linesep


class _Registry(HeaderRegistry):
    """Makes the class of a field once: Python's own makes one for every field of every mail."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        found = self._made.get(name)
        if found is None:
            found = super().__getitem__(name)
            if len(self._made) < MOST_NAMES:
                self._made[name] = found
        return found


def registry() -> HeaderRegistry:
    """The usual fields, but those that machines read are verbatim."""
    made = _Registry()
    for name in ("in-reply-to", "references", "list-unsubscribe", "list-unsubscribe-post", "list-id"):
        made.map_to_type(name, Verbatim)  # type: ignore[arg-type]
    return made
