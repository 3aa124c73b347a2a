"""What differs between two states of an object, as the audit trail keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_ABSENT: Any = object()


class Difference(NamedTuple):
    """One thing that was changed: `key` is a path such as ``rule.minutes``, "" for the object itself.

    `before` and `after` are None where the key was not there.
    """

    key: str
    before: Any
    after: Any


def differences(before: Any, after: Any) -> list[Difference]:
    """Only what differs, in order of the keys; tables are compared key by key, lists as a whole.

    Keys that are only in one of the two are differences, also where the other state is not kept at all.
    """
    return list(_compared("", before, after))


def _compared(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if _tables(before, after):
        old: Mapping[str, Any] = before if isinstance(before, Mapping) else {}
        new: Mapping[str, Any] = after if isinstance(after, Mapping) else {}
        for key in sorted(old.keys() | new.keys(), key=str):
            name = f"{path}.{key}" if path else str(key)
            if key not in old or key not in new:
                yield from _one_sided(name, old.get(key, _ABSENT), new.get(key, _ABSENT))
            else:
                yield from _compared(name, old[key], new[key])
    elif before != after or type(before) is not type(after):
        yield Difference(path, before, after)


def _tables(before: Any, after: Any) -> bool:
    """Whether there is something to compare key by key: a table, and no other value in its place."""
    sides = [each for each in (before, after) if each is not None]
    return bool(sides) and all(isinstance(each, Mapping) for each in sides) and any(sides)


def _one_sided(name: str, old: Any, new: Any) -> Iterator[Difference]:
    before, after = None if old is _ABSENT else old, None if new is _ABSENT else new
    if before is None and after is None:
        return
    yield from _compared(name, before, after)
