"""Objects from a CSV file: what each row would do, and doing it, in batches that stand by themselves.

A row that is wrong is named by its line and loses nobody else's. The same file twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.objects.csv_file import BadFile, CsvFile, FileRow, opened
from domain.objects.kind import Kind
from node.site import Site
from store import change, database
from store.object import bulk, write
from store.object.lock import lock
from store.object.statement import folded
from store.tx import Tx
from web.acts.edit_service import EditProblems
from web.acts.object_plan import Plan, Planned, Seen
from web.acts.object_secrets import ObjectSecrets
from web.acts.objects import placed, target, values_of
from web.acts.refusal import Refusal
from web.acts.secrets import Secrets

#: Rows of one transaction: others write in between.
AT_ONCE = 500
#: Rows that an answer tells of, those that are wrong first.
TOLD = 1_000
ORDER = ("error", "change", "create", "same")


@dataclass
class Imported:
    """What came of a file, or would (`preview`)."""

    kind: str
    preview: bool
    counts: Counter[str] = field(default_factory=Counter)
    rows: list[Planned] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """As the API, the page and the command line show it."""
        told = sorted(self.rows, key=lambda row: (ORDER.index(row.what), row.line))[:TOLD]
        return {
            "kind": self.kind,
            "preview": self.preview,
            "counts": {what: self.counts[what] for what in ("create", "change", "same", "error")},
            "rows": [
                {"line": row.line, "what": row.what, "label": row.label, "text": row.text} for row in told
            ],
            "rows_left_out": len(self.rows) - len(told),
        }


def import_file(
    site: Site, kind: Kind, data: bytes, *, by: str, preview: bool = False, reason: str | None = None
) -> Imported:
    """Create and change objects as a file says (see `domain.objects.csv_file`); with `preview` only look.

    Raises Refusal (bad_value: nothing of the file can be read; no_key), DatabaseAway.
    """
    try:
        file = opened(kind, data)
    except BadFile as error:
        raise Refusal("bad_value", str(error)) from None
    return _Import(site, kind, file, by, preview, reason).run()


class _Import:
    def __init__(
        self, site: Site, kind: Kind, file: CsvFile, by: str, preview: bool, reason: str | None
    ) -> None:
        self._site, self._kind, self._file = site, kind, file
        self._by, self._preview, self._reason = by, preview, reason
        self._secrets = Secrets(site, by=by, reason=reason)
        self._done = Imported(kind.name, preview)
        self._seen: Seen = {}

    def run(self) -> Imported:
        """Row after row; those that refer to others of the file again, once these are there."""
        left = list(self._file.rows())
        coming = self._coming(left)
        while left:
            again: list[FileRow] = []
            for start in range(0, len(left), AT_ONCE):
                again += self._batch(left[start : start + AT_ONCE], coming)
            coming = coming if len(again) < len(left) else frozenset()
            left = again
        if not self._preview:
            self._record()
        return self._done

    def _batch(self, rows: Sequence[FileRow], coming: frozenset[str]) -> list[FileRow]:
        """Do these rows; those that must come later."""
        if self._preview:
            planned, again = self._plan(database.read(), rows, coming)
        else:
            planned, again = self._secrets.write(lambda tx: self._do(tx, rows, coming))
        for each in planned:
            self._done.counts[each.what] += 1
            each.values, each.columns, each.row = {}, {}, None
        self._done.rows += planned
        return again

    def _plan(
        self, tx: Tx, rows: Sequence[FileRow], coming: frozenset[str]
    ) -> tuple[list[Planned], list[FileRow]]:
        plan = Plan(tx, self._kind, rows, coming, self._seen)
        planned = [(plan.row(row), row) for row in rows]
        if self._preview:
            return [each for each, _ in planned], []
        again = [row for each, row in planned if each.later and each.what != "error"]
        return [each for each, _ in planned if not each.later or each.what == "error"], again

    def _do(
        self, tx: Tx, rows: Sequence[FileRow], coming: frozenset[str]
    ) -> tuple[list[Planned], list[FileRow]]:
        lock(tx)
        planned, again = self._plan(tx, rows, coming)
        now = self._site.clock.now()
        many = [each for each in planned if not each.alone]
        bulk.create(tx, self._kind, [each.columns for each in many if each.what == "create"], now)
        changed = [(each.row, each.columns) for each in many if each.what == "change" and each.row]
        bulk.change(tx, self._kind, changed, now)
        for each in planned:
            if each.alone and each.what in ("create", "change"):
                self._alone(tx, each, now)
        change.record_all(tx, list(self._entries(planned)), actor=self._by, now=now, reason=self._reason)
        return planned, again

    def _alone(self, tx: Tx, each: Planned, now: float) -> None:
        """A row that is written as by hand. What is wrong only now is the row's own trouble."""
        kind, row = self._kind, each.row
        try:
            sealing = ObjectSecrets(self._secrets, tx, kind, each.values, row)
            if row is None:
                made = placed(lambda: write.create(tx, kind, sealing.bare(), now=now))
                write.refer(tx, kind, made, sealing.seal(made))
            else:
                kept = {**sealing.bare(), **sealing.seal(row["id"])}
                placed(lambda: write.change(tx, kind, row["id"], row["revision"], kept, now=now))
        except EditProblems as error:
            each.what, each.text = "error", str(error)
        except Refusal as error:
            if error.code != "exists":
                raise
            each.what, each.text = "error", str(error)

    def _entries(self, planned: Sequence[Planned]) -> Iterator[tuple[str, str, Any, Any]]:
        """For the audit: what was written over is told of each, what is new only in number."""
        for each in planned:
            if each.what == "change" and each.row is not None:
                before = values_of(self._kind, each.row)
                after = {**each.values, **{field.name: before[field.name] for field in self._kind.secrets}}
                for name in (field.name for field in self._kind.secrets):
                    if f"{name} (a secret)" in each.text:
                        after[name] = "given anew"
                yield f"{self._kind.name} change", target(self._kind, each.row), before, after

    def _coming(self, rows: Sequence[FileRow]) -> frozenset[str]:
        """The keys of the file, for kinds that refer to themselves."""
        if not any(field.refers == self._kind.name for field in self._kind.references):
            return frozenset()
        keys = [self._kind.written(row.cells[self._kind.key]) for row in rows if not row.problem]
        return frozenset(folded(database.read(), keys).values())

    def _record(self) -> None:
        shown = self._done.shown()["counts"]
        now = self._site.clock.now()
        database.write(
            lambda tx: change.record(
                tx,
                actor=self._by,
                action=f"{self._kind.name} import",
                target=f"objects {self._kind.name}",
                now=now,
                after=shown,
                reason=self._reason,
            )
        )
