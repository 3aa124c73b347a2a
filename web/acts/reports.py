"""What people do to reports: keep a question, say when it is mailed to whom, have it sent at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from domain.mail.problem import MailProblem
from domain.report.query import Query, ReportProblem, query
from domain.report.schedule import checked_format, recipients, rule
from domain.time.text import describe
from node.site import Site
from store import change, database
from store.report import mailing, queries, schedules
from store.tx import Tx
from web.acts.refusal import Refusal
from web.shown.reports import limits

Row = Mapping[str, Any]
Result = TypeVar("Result")

LONGEST_KEY = 100


@dataclass(frozen=True)
class Sent:
    """A report that was sent by hand; not `new`: its key was used before, and nothing was sent again."""

    delivery: int
    mail: int
    rows: int
    new: bool


class Reports:
    """The acts of one person on reports of their own; with `admin`, on those of everybody.

    They raise Refusal (unknown_report, bad_value, exists, not_yours, changed_meanwhile, off) and
    DatabaseAway.
    """

    def __init__(self, site: Site, *, by: str, admin: bool = False, reason: str | None = None) -> None:
        self._site = site
        self._by = by
        self._admin = admin
        self._reason = reason

    def add(self, **definition: Any) -> int:
        """Keep a report (see `domain.report.query.query`); its id."""
        asked = checked(**definition)

        def work(tx: Tx) -> int:
            query_id = queries.add(tx, asked, self._by, self._now)
            if query_id is None:
                raise _exists(asked.name)
            self._record(tx, "report add", asked.name, after=_plain(asked))
            return query_id

        return database.write(work)

    def change(self, query_id: int, revision: int | None = None, **definition: Any) -> None:
        """Write a report anew, name and all but its kind; `revision` is that of what the person saw."""

        def work(tx: Tx) -> None:
            row = self._report(tx, query_id)
            before = queries.one(tx, query_id)
            asked = checked(**{**definition, "kind": row["kind"]})
            same = queries.named(tx, asked.name)
            if same is not None and same["id"] != query_id:
                raise _exists(asked.name)
            seen = row["revision"] if revision is None else revision
            if not queries.change(tx, query_id, seen, asked):
                raise Refusal("changed_meanwhile", f"{row['name']} was changed meanwhile: look at it again")
            self._record(tx, "report change", row["name"], before=before, after=_plain(asked))

        database.write(work)

    def archive(self, query_id: int) -> None:
        """Put a report away: it is mailed no more; what was sent stays known."""

        def work(tx: Tx) -> None:
            row = self._report(tx, query_id)
            for each in schedules.of(tx, [query_id]):
                self._skip_due(tx, each["id"], "its report was archived")
            queries.archive(tx, query_id, self._now)
            self._record(tx, "report archive", row["name"])

        database.write(work)

    def schedule(
        self,
        query_id: int,
        *,
        times: Iterable[str],
        to: Iterable[str],
        form: str = "csv",
        zone: str | None = None,
        weekdays: Iterable[str] = (),
        days: Iterable[int | str] = (),
    ) -> int:
        """Have a report mailed at these times from now on; the schedule's id."""
        when, addresses, form = _sound(
            lambda: (rule(times, zone, weekdays, days), recipients(to), checked_format(form))
        )

        def work(tx: Tx) -> int:
            row = self._report(tx, query_id)
            made = schedules.add(tx, query_id, when, addresses, form, self._now)
            after = {"schedule": describe(when), "to": addresses, "format": form}
            self._record(tx, "report schedule", row["name"], after={"id": made, **after})
            return made

        return database.write(work)

    def enable(self, schedule_id: int) -> bool:
        """Plan it again, from now on; False if it was on."""
        return self._switch(
            schedule_id, "report enable", lambda tx: schedules.enable(tx, schedule_id, self._now)
        )

    def disable(self, schedule_id: int) -> bool:
        """Plan it no more; what is due is skipped. False if it was off."""

        def work(tx: Tx) -> bool:
            self._skip_due(tx, schedule_id, "it was switched off")
            return schedules.disable(tx, schedule_id)

        return self._switch(schedule_id, "report disable", work)

    def remove(self, schedule_id: int) -> None:
        """Take a schedule away; what is due is skipped, what was sent stays known."""

        def work(tx: Tx) -> bool:
            self._skip_due(tx, schedule_id, "its schedule was removed")
            return schedules.remove(tx, schedule_id, self._now)

        self._switch(schedule_id, "report unschedule", work)

    def send(self, schedule_id: int, key: str | None = None) -> Sent:
        """Mail a report now, beside its planned times; the same `key` never sends it twice."""
        if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isprintable()):
            raise Refusal("bad_value", f"key: expected 1 to {LONGEST_KEY} printable characters")
        row = self._schedule(database.read(), schedule_id)
        once_key = f"report:{schedule_id}:asked:{key or uuid.uuid4().hex}"
        each, bounds, now = schedules.read(row), limits(self._site, database.read()), self._now
        made = _sound(lambda: mailing.make(each, int(now), bounds, once_key))

        def work(tx: Tx) -> Sent:
            delivery = mailing.send(tx, schedule_id, made, self._by, now)
            new = delivery is not None
            found = schedules.of_mail(tx, once_key)
            if found is None:
                raise Refusal("bad_value", f"the key {key} was used before: give another one")
            if new:
                self._record(tx, "report send", each.name, after={"schedule": schedule_id, "rows": made.rows})
            return Sent(found["id"], found["mail_id"], found["rows"], new)

        return database.write(work)

    def _switch(self, schedule_id: int, action: str, work: Callable[[Tx], bool]) -> bool:
        def both(tx: Tx) -> bool:
            row = self._schedule(tx, schedule_id)
            done = work(tx)
            if done:
                self._record(tx, action, row["q_name"], after={"schedule": schedule_id})
            return done

        return database.write(both)

    def _skip_due(self, tx: Tx, schedule_id: int, why: str) -> None:
        row = schedules.one(tx, schedule_id)
        if row is not None and row["enabled"]:
            mailing.skip_due(tx, schedules.read(row), self._now, limits(self._site, tx), why)

    def _report(self, tx: Tx, query_id: int) -> Row:
        row = queries.one(tx, query_id)
        if row is None or row["archived_at"] is not None:
            raise _unknown(f"report {query_id}")
        self._check_owner(row["name"], row["owner"])
        return row

    def _schedule(self, tx: Tx, schedule_id: int) -> dict[str, Any]:
        row = schedules.one(tx, schedule_id)
        if row is None or row["q_archived_at"] is not None:
            raise _unknown(f"schedule {schedule_id} of a report")
        self._check_owner(row["q_name"], row["q_owner"])
        return row

    def _check_owner(self, name: str, owner: str) -> None:
        if not self._admin and owner.lower() != self._by.lower():
            raise Refusal("not_yours", f"{name} belongs to {owner}: ask them, or an admin")

    @property
    def _now(self) -> float:
        return self._site.clock.now()

    def _record(self, tx: Tx, action: str, name: str, **states: Any) -> None:
        change.record(
            tx,
            actor=self._by,
            action=action,
            target=f"report {name}",
            now=self._now,
            reason=self._reason,
            **states,
        )


def found(tx: Tx, words: str) -> Row:
    """The report of this name, or number. Raises Refusal (unknown_report)."""
    row = queries.named(tx, words)
    if row is None and words.isascii() and words.isdigit() and len(words) < 19:
        row = queries.one(tx, int(words))
    if row is None or row["archived_at"] is not None:
        raise _unknown(f"report {words!r}")
    return row


def checked(**definition: Any) -> Query:
    """The query of plain values. Raises Refusal (bad_value)."""
    return _sound(lambda: query(**definition))


def _sound(make: Callable[[], Result]) -> Result:
    try:
        return make()
    except (ReportProblem, MailProblem) as problem:
        raise Refusal("bad_value", str(problem)) from None


def _plain(asked: Query) -> dict[str, Any]:
    return {
        "name": asked.name,
        "kind": asked.kind,
        "filters": dict(asked.filters),
        "columns": asked.columns,
        "group_by": asked.group_by,
    }


def _exists(name: str) -> Refusal:
    return Refusal("exists", f"there is a report {name} already: change it, or take another name")


def _unknown(what: str) -> Refusal:
    return Refusal("unknown_report", f"there is no {what}: `tickworks reports list` lists them")
