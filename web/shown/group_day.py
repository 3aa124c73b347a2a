"""A day of the run groups: the forecast of the next 24 hours, and the longest wait of the last 24."""

from __future__ import annotations

from dataclasses import dataclass

from domain.forecast.day import Forecast
from node.site import Site
from store import service
from store.run.longest_wait import longest_waits
from store.tx import Tx
from web.shown import forecast

DAY = 86_400.0


@dataclass(frozen=True)
class GroupsDay:
    """`longest`: by group, how long one of its services' runs waited at most, in s; `titles` by service."""

    forecast: Forecast
    longest: dict[str, float]
    titles: dict[str, str]


def day(site: Site, tx: Tx) -> GroupsDay:
    """As of now. It reads the runs of two days of the services with groups: not for every look."""
    rows = [row for row in service.rows(tx) if row["run_groups"]]
    waited = longest_waits(tx, [row["name"] for row in rows], site.clock.now() - DAY)
    longest: dict[str, float] = {}
    for row in rows:
        for group in row["run_groups"].split():
            longest[group] = max(longest.get(group, 0.0), waited.get(row["name"], 0.0))
    return GroupsDay(forecast.look(site, tx), longest, forecast.titles(tx))
