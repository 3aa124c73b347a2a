"""What an import would do with rows of a file: create, change, nothing, or why it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from config.secrets import SecretError, is_reference
from domain.objects.catalogue import find
from domain.objects.checked import ObjectProblems, checked, from_text
from domain.objects.csv_file import FileRow
from domain.objects.kind import Kind
from domain.objects.problem import Unsound
from store import secret
from store.object import own_rules
from store.object.known import Known
from store.object.references import BadReference, circle, line
from store.tx import Tx
from web.acts.objects import values_of

Seen = dict[tuple[Any, ...], int]
What = Literal["create", "change", "same", "error"]


@dataclass
class Planned:
    """One row of the file. `columns`: what is stored; `row`: the object that is there.

    `text`: why it cannot be, or which fields change. `later`: the row that it refers to comes in the
    same file. `alone`: it takes more than a line of a batch (a secret is sealed, a tree changes).
    """

    line: int
    what: What
    label: str
    text: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    row: dict[str, Any] | None = None
    later: bool = False
    alone: bool = False


class Plan:
    """The plan for some rows, by what the database holds now.

    `coming`: keys of all rows of the file; `seen`: the lines that were about an object, by its key.
    """

    def __init__(
        self, tx: Tx, kind: Kind, rows: Sequence[FileRow], coming: frozenset[str], seen: Seen
    ) -> None:
        self._tx, self._kind, self._coming, self._seen = tx, kind, coming, seen
        given = [each for each in rows if not each.problem]
        self._others = {
            each.name: Known(
                tx, find(str(each.refers)), ((None, key) for key in self._keys(given, each.name))
            )
            for each in kind.references
        }
        own = [(self._scope_id(each), kind.written(each.cells[kind.key])) for each in given]
        self._known = Known(tx, kind, own)
        self._sealed = {row["name"] for row in secret.rows(tx)} if kind.secrets else set()

    def row(self, given: FileRow) -> Planned:
        """What becomes of one row."""
        kind = self._kind
        if given.problem:
            return Planned(given.line, "error", "", given.problem)
        key = kind.written(given.cells[kind.key])
        label = f"{given.cells[kind.scope].strip()}/{key}" if kind.scope else key
        planned = Planned(given.line, "error", label)
        try:
            planned.row = self._known.one(key, self._scope_id(given), self._also(given))
            self._value(planned, given)
            self._refer(planned)
            self._beside(planned)
        except ObjectProblems as error:
            planned.text = str(error)
        except (BadReference, Unsound) as error:
            planned.text = f"{error.field}: {error}" if error.field else str(error)
        else:
            self._judge(planned, key)
        return planned

    def _value(self, planned: Planned, given: FileRow) -> None:
        """All values, those of the file above those that are there. Raises ObjectProblems."""
        kind, row = self._kind, planned.row
        values = values_of(kind, row) if row else {}
        for name, cell in given.cells.items():
            each = kind.by_name[name]
            if each.shape == "secret" and not cell.strip():
                continue  # what is sealed is in no export
            values[name] = from_text(each, cell)
        planned.values = checked(kind, values)

    def _refer(self, planned: Planned) -> None:
        """The values by column. Raises BadReference, ObjectProblems."""
        kind, values = self._kind, planned.values
        for each in kind.fields:
            value = values[each.name]
            if each.refers:
                planned.columns[each.column] = self._id(planned, each.name, value)
            elif each.shape == "secret":
                planned.columns[each.column] = self._secret(planned, each.name, value)
            else:
                planned.columns[each.column] = value

    def _id(self, planned: Planned, name: str, key: str | None) -> int | None:
        if key is None:
            return None
        each = self._kind.by_name[name]
        other = find(str(each.refers))
        row = planned.row
        if row is not None and row[name] == key:
            return int(row[each.column])
        known = self._others[name]
        found = known.one(other.written(key))
        if found is None:
            if other is self._kind and known.small(other.written(key)) in self._coming:
                planned.later = True
                return None
            raise BadReference(name, f"there is no {other.title.lower()} {key!r}")
        if other is self._kind and row is not None:
            planned.alone = True
            if row["id"] in line(self._tx, other, each, found["id"]):
                raise circle(name, key)
        return int(found["id"])

    def _secret(self, planned: Planned, name: str, given: str) -> str:
        before = str(planned.row[name]) if planned.row else ""
        if given == before or not given:
            return given
        if not is_reference(given):
            if _is(before, given):
                planned.values[name] = before
                return before
            planned.alone = True
            return given
        sealed = given.removeprefix("vault:")
        if sealed != given and (sealed.startswith("object.") or sealed not in self._sealed):
            raise ObjectProblems({name: f"there is no such secret: `tickworks secret set {sealed}`"})
        return given

    def _judge(self, planned: Planned, key: str) -> None:
        kind, row = self._kind, planned.row
        parts = [planned.columns[kind.by_name[name].column] for name in (kind.scope, *kind.also) if name]
        first = self._seen.setdefault((self._known.small(key), *parts), planned.line)
        if first != planned.line:
            planned.text = f"line {first} is about it already"
            return
        if row is None:
            planned.what = "create"
            return
        secret_names = {each.name for each in kind.secrets}
        changed = [each.name for each in kind.fields if row[each.column] != planned.columns[each.column]]
        planned.what = "change" if changed else "same"
        planned.text = ", ".join(f"{name} (a secret)" if name in secret_names else name for name in changed)

    def _scope_id(self, given: FileRow) -> int | None:
        scope = self._kind.scope
        if scope is None:
            return None
        other = find(str(self._kind.by_name[scope].refers))
        row = self._others[scope].one(other.written(given.cells[scope]))
        return None if row is None else int(row["id"])

    def _also(self, given: FileRow) -> list[Any]:
        """The columns of the fields that say which version of the object a row is about."""
        if not self._kind.also:
            return []
        found: list[Any] = []
        for name in self._kind.also:
            each = self._kind.by_name[name]
            value = from_text(each, given.cells.get(name, ""))
            if each.refers and value:
                row = self._others[name].one(find(each.refers).written(value))
                value = None if row is None else int(row["id"])
            elif not each.refers:
                value = self._kind.taken(name, value)
            found.append(value)
        return found

    def _beside(self, planned: Planned) -> None:
        """What it must be among the others. Raises Unsound."""
        if self._kind.name in own_rules.RULES:
            planned.alone = True
            own_id = None if planned.row is None else planned.row["id"]
            own_rules.check(self._tx, self._kind, planned.columns, own_id)

    def _keys(self, given: Sequence[FileRow], name: str) -> list[str]:
        other = find(str(self._kind.by_name[name].refers))
        return [other.written(each.cells[name]) for each in given if each.cells.get(name, "").strip()]


def _is(reference: str, value: str) -> bool:
    """Whether what is sealed is this very value already."""
    try:
        return bool(reference) and secret.follow(reference) == value
    except SecretError:
        return False
