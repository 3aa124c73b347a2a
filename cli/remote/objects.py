"""The objects of a system elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.paged import paged
from cli.remote.connection import Connection
from domain.objects.kind import Kind
from web.acts.refusal import Refusal

Row = dict[str, Any]


class Objects:
    """As `cli.local.objects.Objects`. All raise Refusal."""

    def __init__(self, connection: Connection) -> None:
        self._at = connection

    def kinds(self) -> list[Row]:
        """Every kind, and how many there are."""
        return self._at.rows(self._at.get("objects"), "kinds")

    def listing(self, kind: Kind, text: str | None, archived: bool, limit: int) -> list[Row]:
        """Objects of a kind by key."""

        def page(cursor: int | None, count: int) -> Row:
            asked = {"q": text, "archived": "true" if archived else None, "cursor": cursor, "limit": count}
            said = self._at.get("objects", kind.name, **asked)
            return {"objects": self._at.rows(said, "objects"), "next": self._at.value(said, "next")}

        return paged(page, "objects", limit)

    def one(self, kind: Kind, words: str) -> Row:
        """The object that these words name, and who refers to it."""
        return self._at.get("objects", kind.name, self._id(kind, words))

    def ids(self, kind: Kind, words: str) -> list[int]:
        """Those that these words may mean."""
        said = self._at.get("objects", kind.name, named=words)
        return [int(self._at.value(row, "id")) for row in self._at.rows(said, "objects")]

    def add(self, kind: Kind, values: Mapping[str, Any], reason: str | None) -> Row:
        """A new object."""
        return self._at.post("objects", kind.name, body=_body(values, reason))

    def change(self, kind: Kind, object_id: int, values: Mapping[str, Any], reason: str | None) -> Row:
        """An object with other values, whoever has changed it before."""
        return self._at.patch("objects", kind.name, object_id, body=_body(values, reason))

    def archive(self, kind: Kind, words: str, reason: str | None) -> None:
        """Put it away."""
        self._at.post("objects", kind.name, self._id(kind, words), "archive", body={"reason": reason})

    def test(self, kind: Kind, words: str) -> list[tuple[bool, str]]:
        """What its connection did, line by line."""
        said = self._at.post("objects", kind.name, self._id(kind, words), "test", body={})
        return [(bool(line["ok"]), str(line["text"])) for line in self._at.rows(said, "lines")]

    def take(self, kind: Kind, data: bytes, preview: bool, reason: str | None) -> Row:
        """What a file did, or would do."""
        asked = {"preview": "true" if preview else None, "reason": reason}
        return self._at.post_file("objects", kind.name, "import", data=data, kind="text/csv", **asked)

    def export(self, kind: Kind) -> str:
        """All of a kind as CSV."""
        return self._at.get_text("objects", kind.name, "export")

    def _id(self, kind: Kind, words: str) -> int:
        found = self.ids(kind, words)
        if len(found) == 1:
            return found[0]
        problem = "are several" if found else "is none"
        where = f"`tickworks object list {kind.name}` lists them"
        raise Refusal("unknown_object", f"there {problem} of {kind.plural.lower()} {words}: {where}")


def _body(values: Mapping[str, Any], reason: str | None) -> Row:
    return dict(values) if reason is None else {**values, "reason": reason}
