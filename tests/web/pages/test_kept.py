"""Is an answer kept for its time, and for its own site only?"""

from __future__ import annotations

from dataclasses import replace

from store import database
from tests.support.visitors import Application
from web.pages.kept import Kept


def test_an_answer_is_read_again_when_its_time_is_over(application: Application) -> None:
    read: list[float] = []
    kept = Kept(lambda site, tx: read.append(site.clock.now()), 60.0)
    kept(application.site, database.read())
    application.clock.advance(59)
    kept(application.site, database.read())
    assert len(read) == 1
    application.clock.advance(1)
    kept(application.site, database.read())
    assert len(read) == 2


def test_a_clock_that_was_set_back_keeps_nothing(application: Application) -> None:
    read: list[float] = []
    kept = Kept(lambda site, tx: read.append(site.clock.now()), 60.0)
    kept(application.site, database.read())
    application.clock.jump(-3600)
    kept(application.site, database.read())
    assert len(read) == 2


def test_another_site_has_an_answer_of_its_own(application: Application) -> None:
    kept = Kept(lambda site, tx: id(site), 60.0)
    other = replace(application.site)
    assert kept(application.site, database.read()) == id(application.site)
    assert kept(other, database.read()) == id(other)
