"""One run over the days of calls: room for those to come, archives of the old ones, and what was asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from actors.context import Context
from actors.outcome import Outcome
from domain.calls.packages import Asked, Packages
from domain.effects.destroy import Doomed

#: What is done to a day, as the counts say it, and what does it: it returns how many calls it moved.
Work = tuple[str, Callable[[], int]]


class CallDays:
    """The days as the Statistics Manager works on them, holding its run group."""

    def __init__(self, context: Context, options: Packages) -> None:
        self._context, self._options = context, options
        self._start = context.now.timestamp()
        self._today = int(self._start // 86400)
        self._moved = 0

    def done(self, asked: Asked) -> Outcome:
        """Do what an operator asked for one day."""
        from store.calls import archiving

        day = archiving.day_of(asked.day)
        try:
            if asked.act == "archive":
                if day >= self._today:
                    raise archiving.NotDone(f"{asked.day} has not ended: its calls still come")
                return Outcome("done", {"archived": 1, "legs": self._archive(day)})
            if asked.act == "restore":
                return Outcome("done", {"restored": 1, "legs": self._restore(day)})
            return self._delete(day, asked.roll_back)
        except archiving.NotDone as error:
            return Outcome.failed(str(error))

    def keep(self) -> Outcome:
        """Go on with what was left behind, make room for the next days, archive those past their term."""
        from store.calls import archiving
        from store.calls import day as partitions

        partitions.prepare(range(self._today - 1, self._today + self._options.ahead + 1))
        counts = {"archived": 0, "restored": 0, "deleted": 0, "legs": 0}
        problems: list[str] = []
        for what, work in self._left_behind() + self._past_term():
            if self._context.stopping() or self._late:
                return Outcome("partial", counts, "; ".join([*problems, "the next run goes on"]))
            try:
                counts["legs"] += work()
                counts[what] += 1
            except archiving.NotDone as error:
                problems.append(str(error))
                self._tell(str(error))
        if problems:
            return Outcome("partial" if counts["legs"] else "failed", counts, "; ".join(problems))
        return Outcome("done", counts)

    @property
    def _late(self) -> bool:
        return self._context.now.timestamp() - self._start > self._options.longest

    def _left_behind(self) -> list[Work]:
        from store import database
        from store.calls import archive, day_state, deleting

        works: list[Work] = []
        for day, (state, holder) in sorted(day_state.states(database.read()).items()):
            if holder == archive.RESTORER:
                works.append(("restored", partial(self._restore, day)))
            elif holder == archive.HOLDER and state == "archiving":
                works.append(("archived", partial(self._archive, day)))
        for day, roll_back in deleting.unfinished(database.read()):
            works.append(("deleted", partial(self._delete_all, day, roll_back)))
        return works

    def _past_term(self) -> list[Work]:
        from store import database
        from store.calls import archive, days

        if not self._options.archive_after:
            return []
        tx = database.read()
        old = days.open_before(tx, self._today - self._options.archive_after)
        # What is not summed yet goes next time.
        return [("archived", partial(self._archive, day)) for day in old if archive.is_summed(tx, day)]

    def _archive(self, day: int) -> int:
        from store import database
        from store.calls import archive, archiving

        if not archive.is_summed(database.read(), day):
            raise archiving.NotDone(f"{archiving.date_of(day)} has calls that are not summed yet: try again")
        return archiving.archive_day(
            day, Path(self._options.folder), self._context.now.timestamp(), self._tick
        )

    def _restore(self, day: int) -> int:
        from store.calls import archiving

        context = self._context
        now = context.now.timestamp()
        return archiving.restore_day(day, now, fence=context.fence, node=context.node, tick=self._tick)

    def _delete(self, day: int, roll_back: bool) -> Outcome:
        """Only with the step's switch on and the family live; else it says what would go."""
        from store import database, destruction
        from store.calls import archive, archiving, deleting

        context, step = self._context, self._context.current_step or ""
        now, date = context.now.timestamp(), archiving.date_of(day)
        if reason := deleting.why_not(database.read(), day):
            raise archiving.NotDone(reason)
        legs = archive.figures(database.read(), day).legs
        what = f"{legs} calls of {date}" + (" with what they cost" if roll_back else "")
        doomed = Doomed(f"calls:{date}", what, now, now)
        of = (context.service.family, context.service.name, step, context.run_id, doomed, now)
        if not context.may_destroy(step):
            database.write(lambda tx: destruction.reported(tx, *of))
            return Outcome("done", {"reported": 1, "legs": legs}, f"it only reports: it would delete {what}")
        if not context.act("destroy", f"Delete {what}", key=doomed.key):
            return Outcome("done", {"held": 1, "legs": legs}, f"held: delete {what}")
        gone = self._delete_all(day, roll_back)
        database.write(lambda tx: destruction.ended(tx, *of, undo="load the files of the day again"))
        return Outcome("done", {"deleted": 1, "legs": gone})

    def _delete_all(self, day: int, roll_back: bool) -> int:
        from store.calls import deleting

        context = self._context
        return deleting.delete_day(
            day,
            roll_back=roll_back,
            fence=context.fence,
            node=context.node,
            now=context.now.timestamp(),
            tick=self._tick,
        )

    def _tick(self, count: int) -> None:
        self._context.check_stop()
        self._moved += count
        self._context.progress(self._moved)

    def _tell(self, text: str) -> None:
        """Write an event for those who hear of calls."""
        from store import database, event

        at, data = self._context.now.timestamp(), {"run": self._context.run_id}
        words = {"type": "alert", "severity": "warning", "sender": self._context.service.name, "text": text}
        database.write(lambda tx: event.add(tx, at=at, tags=("calls",), data=data, **words))
