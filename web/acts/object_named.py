"""From what a person typed to a kind and an object of it."""

from __future__ import annotations

import re
from typing import Any

from domain.objects.catalogue import UnknownKind, find
from domain.objects.kind import Kind
from store.object import read
from store.tx import Tx
from web.acts.refusal import Refusal

BY_ID = re.compile(r"id:([0-9]{1,18})")


def kind_named(name: str) -> Kind:
    """The kind of this name. Raises Refusal (unknown_kind) with the nearest one."""
    try:
        return find(name)
    except UnknownKind as error:
        raise Refusal("unknown_kind", str(error)) from None


def found(tx: Tx, kind: Kind, words: str) -> dict[str, Any]:
    """The object of this key; of a kind with a scope also ``SCOPE/KEY``; any by ``id:NUMBER``.

    Raises Refusal (unknown_object), also where several have the key.
    """
    rows = alike(tx, kind, words)
    if len(rows) == 1:
        return rows[0]
    if rows:
        which = ", ".join(kind.label(row) for row in rows[:10])
        raise Refusal("unknown_object", f"{kind.plural} of this name are several: say which of {which}")
    where = f"`tickworks object list {kind.name}` lists them"
    raise Refusal("unknown_object", f"there is no {kind.title.lower()} {words}: {where}")


def alike(tx: Tx, kind: Kind, words: str) -> list[dict[str, Any]]:
    """All that such words may mean."""
    if by_id := BY_ID.fullmatch(words.strip()):
        row = read.by_id(tx, kind, int(by_id[1]))
        return [row] if row else []
    rows = read.by_keys(tx, kind, words)
    if not rows and kind.scope is not None:
        scope, slash, key = words.partition("/")
        rows = read.by_keys(tx, kind, key, scope) if slash else []
    return rows
