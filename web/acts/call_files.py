"""What operators do with files of calls: have one read again after it was mended."""

from __future__ import annotations

from node.site import Site
from store import change, database
from store.call_file import listed, loading
from store.tx import Tx
from web.acts.refusal import Refusal


class CallFiles:
    """The acts of one person. They raise Refusal (unknown_file, nothing_wrong)."""

    def __init__(self, site: Site, *, by: str, reason: str | None = None) -> None:
        self._site = site
        self._by = by
        self._reason = reason

    def again(self, file_id: int) -> str:
        """Have it read again with the next run, from where it lies; calls that are known already count once.

        Its name.
        """

        def work(tx: Tx) -> str:
            row = listed.one(tx, file_id)
            if row is None:
                raise Refusal(
                    "unknown_file", f"there is no file {file_id}: `tickworks files list` shows them"
                )
            now = self._site.clock.now()
            if not loading.again(tx, file_id, f"to be read again, asked by {self._by}", now):
                said = "has no wrong rows" if row["state"] == "loaded" else f"is {row['state']}"
                raise Refusal("nothing_wrong", f"file {file_id} {said}: there is nothing to read again")
            change.record(
                tx,
                actor=self._by,
                action="call file again",
                target=f"file {file_id} {row['name']}",
                now=now,
                reason=self._reason,
            )
            return str(row["name"])

        return database.write(work)
