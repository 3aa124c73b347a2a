"""The objects of this folder's system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.opened import Opened, who
from cli.paged import paged
from domain.objects.kind import Kind
from store import database
from web.acts.object_import import import_file
from web.acts.object_named import alike, found
from web.acts.objects import Objects as Acts
from web.shown import objects as shown

Row = dict[str, Any]


class Objects:
    """See `web.shown.objects`, `web.acts.objects`; they raise what those raise."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._site = opened.site

    def kinds(self) -> list[Row]:
        """Every kind, and how many there are."""
        return shown.kinds(self._site, self._opened.tx)

    def listing(self, kind: Kind, text: str | None, archived: bool, limit: int) -> list[Row]:
        """Objects of a kind by key."""
        tx = self._opened.tx
        return paged(
            lambda cursor, count: shown.page(
                tx, kind, text=text, archived=archived, limit=count, cursor=cursor
            ),
            "objects",
            limit,
        )

    def one(self, kind: Kind, words: str) -> Row:
        """The object that these words name, and who refers to it."""
        row = shown.one(self._opened.tx, kind, found(self._opened.tx, kind, words)["id"])
        assert row is not None
        return row

    def ids(self, kind: Kind, words: str) -> list[int]:
        """Those that these words may mean."""
        return [int(row["id"]) for row in alike(self._opened.tx, kind, words)]

    def add(self, kind: Kind, values: Mapping[str, Any], reason: str | None) -> Row:
        """A new object."""
        return self._acts(reason).add(kind, values).object

    def change(self, kind: Kind, object_id: int, values: Mapping[str, Any], reason: str | None) -> Row:
        """An object with other values, whoever has changed it before."""
        return self._acts(reason).change(kind, object_id, values, None)

    def archive(self, kind: Kind, words: str, reason: str | None) -> None:
        """Put it away."""
        self._acts(reason).archive(kind, found(self._opened.tx, kind, words)["id"], None)

    def test(self, kind: Kind, words: str) -> list[tuple[bool, str]]:
        """What its connection did, line by line."""
        return self._acts(None).test(kind, found(self._opened.tx, kind, words)["id"])

    def take(self, kind: Kind, data: bytes, preview: bool, reason: str | None) -> Row:
        """What a file did, or would do."""
        return import_file(self._site, kind, data, by=who(), preview=preview, reason=reason).shown()

    def export(self, kind: Kind) -> str:
        """All of a kind as CSV."""
        return "".join(shown.written(database.read, kind))

    def _acts(self, reason: str | None) -> Acts:
        return Acts(self._site, by=who(), reason=reason)
