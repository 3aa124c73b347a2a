"""The secrets of one object while it is written: sealed under a name of its own, or referred to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from config.known_secrets import learn
from config.secrets import is_reference
from domain.objects.kind import Kind
from store import secret
from store.tx import Tx
from web.acts.edit_service import EditProblems
from web.acts.refusal import Refusal
from web.acts.secrets import Secrets

VAULT = "vault:"
#: Names of what was sealed for objects, which nothing else may refer to: they go with them.
_OURS = re.compile(r"object\.[a-z_]+\.[0-9]+\.[a-z_]+")


class ObjectSecrets:
    """`values` are checked; `row` is the object as it is, None for a new one. `anew`: fields sealed now.

    Raises EditProblems for what is no secret and for references that lead nowhere.
    """

    def __init__(
        self,
        secrets: Secrets,
        tx: Tx,
        kind: Kind,
        values: Mapping[str, Any],
        row: Mapping[str, Any] | None = None,
    ) -> None:
        self._secrets, self._tx, self._kind, self._values = secrets, tx, kind, values
        self._before = {field.name: str(row[field.name]) if row else "" for field in kind.secrets}
        self.anew: list[str] = []
        for name in self._before:
            self._check(name)

    def bare(self) -> dict[str, Any]:
        """The values, without what is still to be sealed."""
        return {**self._values, **{name: self._reference(name) for name in self._before}}

    def seal(self, object_id: int) -> dict[str, str]:
        """Seal what was given as itself, forget what was replaced; the references by field."""
        found = {}
        for name, before in self._before.items():
            given = str(self._values[name])
            own = own_name(self._kind, object_id, name)
            reference = self._reference(name)
            if given and not reference:
                self._seal(name, own, given)
                reference = VAULT + own
            elif before == VAULT + own and reference != before:
                secret.remove(self._tx, own)
            found[name] = reference
        return found

    def forget(self, object_id: int) -> None:
        """Take away what was sealed for it."""
        for name in self._before:
            secret.remove(self._tx, own_name(self._kind, object_id, name))

    def _reference(self, name: str) -> str:
        given = str(self._values[name]).strip()
        return given if is_reference(given) else ""

    def _seal(self, field: str, own: str, value: str) -> None:
        try:
            self._secrets.seal(self._tx, own, value)
        except Refusal as refusal:
            if refusal.code != "bad_value":
                raise
            raise EditProblems({field: str(refusal).partition(": ")[2]}) from None
        self.anew.append(field)

    def _check(self, name: str) -> None:
        reference = self._reference(name)
        if not reference:
            learn(str(self._values[name]))
        if reference == self._before[name] or not reference.startswith(VAULT):
            return
        sealed = reference.removeprefix(VAULT)
        if _OURS.fullmatch(sealed):
            raise EditProblems({name: f"{sealed} was sealed for another object, and goes with it"})
        if secret.one(self._tx, sealed) is None:
            raise EditProblems({name: f"there is no such secret: `tickworks secret set {sealed}`"})


def own_name(kind: Kind, object_id: int, field: str) -> str:
    """What a secret of an object is called among all secrets."""
    return f"object.{kind.name}.{object_id}.{field}"
