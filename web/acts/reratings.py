"""What operators do with calls that were rated wrong: have them rated again, and stop that."""

from __future__ import annotations

from node.site import Site
from store import change, database
from store.calls import rerating
from store.tx import Tx
from web.acts.refusal import Refusal
from web.shown import reratings as shown
from web.shown.reratings import Asked

#: Jobs that may wait or run; more are one job of all days, or a mistake.
MOST = 100


class Reratings:
    """The acts of one person.

    They raise Refusal (bad_value, unknown_object, not_that_day, too_many, unknown_rerating, ended).
    """

    def __init__(self, site: Site, *, by: str) -> None:
        self._site, self._by = site, by

    def start(self, asked: Asked, reason: str | None = None) -> int:
        """Ask for a job, which the next run of Rerating begins; its number."""
        now = self._site.clock.now()

        def work(tx: Tx) -> int:
            first, last, selection = shown.wanted(tx, now, asked)
            if problem := shown.in_the_way(tx, first, last):
                raise Refusal("not_that_day", problem)
            unfinished = sum(job.state in rerating.UNFINISHED for job in rerating.newest(tx, MOST))
            if unfinished >= MOST:
                raise Refusal("too_many", f"{unfinished} reratings wait already: cancel some first")
            number = rerating.ask(tx, first, last, selection, by=self._by, now=now)
            about = {"first": asked.first, "last": asked.last, "selection": shown.said(tx, selection)}
            after = {**about, "invoiced": selection.invoiced}
            self._record(tx, "rerating start", number, after=after, reason=reason)
            return number

        return database.write(work)

    def cancel(self, number: int, reason: str | None = None) -> None:
        """Stop it where it is; what was rated again stays so."""

        def work(tx: Tx) -> None:
            state = shown.one(tx, number)["state"]
            if not rerating.end(tx, number, "cancelled", self._site.clock.now()):
                raise Refusal("ended", f"rerating {number} is {state}: there is nothing to cancel")
            self._record(tx, "rerating cancel", number, before={"state": state}, reason=reason)

        database.write(work)

    def _record(
        self,
        tx: Tx,
        action: str,
        number: int,
        *,
        before: object = None,
        after: object = None,
        reason: str | None = None,
    ) -> None:
        change.record(
            tx,
            actor=self._by,
            action=action,
            target=f"rerating {number}",
            now=self._site.clock.now(),
            before=before,
            after=after,
            reason=reason,
        )
