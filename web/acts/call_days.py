"""What operators do with days of calls: archive, restore, delete. Each is a run of the Statistics Manager.

The run holds the run group of the statistics, so that nobody rates into the day meanwhile.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from node.site import Site
from store import database
from web.acts.force import Forced, force
from web.acts.refusal import Refusal
from web.shown import call_days as shown


class CallDays:
    """The acts of one person. They raise Refusal (not_that_day, and those of a forced run)."""

    def __init__(self, site: Site, *, by: str, reason: str | None = None, trigger: str = "manual") -> None:
        self._site, self._by, self._reason, self._trigger = site, by, reason, trigger

    def archive(self, day: date) -> Forced:
        """Write its calls to a file, read it back, and let them go."""
        return self._ask("archive", day)

    def restore(self, day: date) -> Forced:
        """Bring its calls back from their file."""
        return self._ask("restore", day)

    def delete(self, day: date, *, roll_back: bool) -> Forced:
        """Delete its calls for good; with `roll_back` the balances get back what they had cost."""
        return self._ask("delete", day, roll_back=roll_back)

    def _ask(self, act: str, day: date, **more: Any) -> Forced:
        today = datetime.fromtimestamp(self._site.clock.now(), UTC).date()
        if why := shown.why_not(database.read(), act, day, today):
            raise Refusal("not_that_day", why)
        return force(
            self._site,
            shown.SERVICE,
            by=self._by,
            trigger=self._trigger,
            args={act: str(day), **more},
            reason=self._reason,
        )
