"""Does a mirror say what is there, and destroy nothing on a bad day of the far side?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actors import Context, Outcome, Task, service
from actors.context import StopRequested
from actors.shapes.destroy import destroy
from actors.shapes.mirror import Read, Remote, Vanishing, mirror
from actors.testing import FakeContext
from domain.effects.destroy import Bounds, Doomed
from store import database
from store import mirror as stored
from tests.actors.system.mailing import running
from tests.support.opened import DATABASES, opened_database

HOUR = 3600.0
ALL = Vanishing(share=1.0)


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


class Far:
    """The far side; `cookies` it was asked with."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.cookies: list[str | None] = []
        self.taken: list[str] = []

    def read(self, cookie: str | None) -> Read:
        self.cookies.append(cookie)
        return Read(self.objects(), cookie=f"c{len(self.cookies)}")

    def objects(self) -> Iterator[Remote]:
        return (Remote(name, name.title(), attrs={"mail": f"{name}@example.org"}) for name in self.names)

    def take(self, each: Doomed) -> str:
        self.taken.append(str(each.object))
        return f"archive/{each.object}"


far = Far()


def remove(context: Context) -> Outcome:
    return destroy(context, "ad", "users", far.take, bounds=Bounds(most=2, share=1.0))


@service(title="Mirrors", family="directory", tasks=(Task("Remove", remove, effect="destroy"),))
def demo(context: Context) -> Outcome:
    """Mirrors, in these tests by hand."""
    return context.run_steps()


@pytest.fixture
def users() -> Far:
    far.__init__("anna", "ben", "cleo")  # type: ignore[misc]
    return far


@pytest.fixture
def context(users: Far) -> FakeContext:
    return running(demo)


def there() -> list[str]:
    return [row["remote_id"] for row in stored.objects(database.read(), "ad", "users")]


def sync(context: FakeContext, **more: Any) -> Outcome:
    return mirror(context, "ad", "users", far.read, **more)


def test_a_full_read_then_what_changed_then_full_again_after_a_day(context: FakeContext, users: Far) -> None:
    assert dict(sync(context).counts) == {"read": 3, "new": 3, "changed": 0, "returned": 0, "gone": 0}
    context.advance(HOUR)
    sync(context)
    context.advance(24 * HOUR)
    sync(context)
    assert users.cookies == [None, "c1", None]


def test_what_is_gone_is_marked_and_what_returns_is_there_again(context: FakeContext, users: Far) -> None:
    sync(context)
    users.names.remove("ben")
    assert sync(context).counts["gone"] == 1
    assert there() == ["anna", "cleo"]
    (ben,) = stored.objects(database.read(), "ad", "users", gone=True)
    assert (ben["name"], ben["attrs"]) == ("Ben", {"mail": "ben@example.org"})
    users.names.append("ben")
    assert sync(context).counts["returned"] == 1
    assert there() == ["anna", "ben", "cleo"]


@pytest.mark.parametrize("raises", [ConnectionError("cut off"), StopRequested("cancel")])
def test_a_half_read_publishes_nothing(context: FakeContext, users: Far, raises: Exception) -> None:
    sync(context)
    users.names = ["dora"]

    def half(cookie: str | None) -> Read:
        def objects() -> Iterator[Remote]:
            yield from users.objects()
            raise raises

        return Read(objects(), cookie="half")

    context.advance(48 * HOUR)
    with pytest.raises(type(raises)):
        mirror(context, "ad", "users", half)
    assert there() == ["anna", "ben", "cleo"]
    assert stored.cursor(database.read(), "demo", "ad", "users").cookie == "c1"


def test_an_empty_answer_marks_nothing_as_gone_and_fails_with_one_sentence(
    context: FakeContext, users: Far
) -> None:
    sync(context)
    users.names = []
    outcome = sync(context, limits=ALL)
    assert outcome.kind == "failed"
    assert outcome.message.startswith("the answer has no users at all, and 3 are known")
    assert there() == ["anna", "ben", "cleo"]


def test_too_many_vanished_keeps_them_and_takes_what_is_new(context: FakeContext, users: Far) -> None:
    users.names = [f"u{n}" for n in range(30)]
    sync(context)
    users.names = [*users.names[:20], "new"]
    outcome = sync(context)
    assert (outcome.kind, outcome.counts["new"], outcome.counts["gone"]) == ("failed", 1, 0)
    assert len(there()) == 31
    assert sync(context, limits=ALL).counts["gone"] == 10


def test_a_run_that_was_taken_for_dead_writes_nothing(context: FakeContext, users: Far) -> None:
    context.fence = 99
    with pytest.raises(stored.MirrorLost, match="run 1"):
        sync(context)
    assert there() == []


def absent(context: FakeContext, users: Far, hours: float) -> None:
    """Ben and Cleo vanish; a second complete read so many hours later misses them too."""
    users.names += [f"u{n}" for n in range(10)]
    sync(context)
    users.names = [name for name in users.names if name not in ("ben", "cleo")]
    context.advance(25 * HOUR)
    sync(context)
    context.advance(hours * HOUR)
    sync(context)


def test_a_destroying_step_only_reports_at_first(context: FakeContext, users: Far) -> None:
    absent(context, users, 25)
    outcome = demo.work(context)  # type: ignore[misc]
    assert (outcome.counts["reported"], users.taken) == (2, [])
    rows = database.read().all("SELECT what, state FROM destruction ORDER BY key")
    assert rows == [("users Ben of ad", "reported"), ("users Cleo of ad", "reported")]


def test_it_destroys_what_two_reads_a_day_apart_missed_and_says_the_way_back(
    context: FakeContext, users: Far
) -> None:
    absent(context, users, 25)
    context.ports.destroys = True
    assert demo.work(context).counts["destroyed"] == 2  # type: ignore[misc]
    assert demo.work(context).counts["absent"] == 0  # type: ignore[misc]
    assert users.taken == ["ben", "cleo"]
    assert database.read().value("SELECT undo FROM destruction WHERE key LIKE '%ben'") == "archive/ben"


def test_a_second_read_on_the_same_day_proves_nothing(context: FakeContext, users: Far) -> None:
    absent(context, users, 23)
    context.ports.destroys = True
    outcome = demo.work(context)  # type: ignore[misc]
    assert (outcome.counts["absent"], outcome.counts["proved"], users.taken) == (2, 0, [])


def test_while_the_family_observes_it_is_held_and_nothing_is_taken(context: FakeContext, users: Far) -> None:
    absent(context, users, 25)
    context.ports.destroys = context.ports.observes = True
    assert demo.work(context).counts["held"] == 2  # type: ignore[misc]
    assert ([act.effect for act in context.ports.acts], users.taken) == (["destroy"] * 2, [])
