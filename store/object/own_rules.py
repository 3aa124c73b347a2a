"""Rules of single kinds that a declaration cannot say: they look at other objects. Under the object lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.objects.kind import Kind
from store.rating import sound
from store.tx import Tx

#: Each is given the values by column, as they are in `store.object.statement` rows, and the object's id.
RULES: dict[str, Callable[[Tx, Mapping[str, Any], int | None], None]] = {
    "currency": sound.one_base,
    "day_rate": sound.against_the_base,
    "voice_account": sound.own_calls,
}


def check(tx: Tx, kind: Kind, columns: Mapping[str, Any], own_id: int | None) -> None:
    """Raises Unsound for an object that cannot stand beside those there are."""
    if kind.name in RULES:
        RULES[kind.name](tx, columns, own_id)
