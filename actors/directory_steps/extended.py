"""Extended attributes of users and of organisations' units, as far as an operator names them.

Secrets and bytes are never asked for. What was read in half is not written.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.directories.opened import each_directory
from actors.outcome import Outcome
from domain.directory.attributes import copied
from domain.directory.job_limits import JobLimits
from domain.mirror import Read, Remote, Vanishing

if TYPE_CHECKING:
    from backends.directory.server import Server
    from backends.directory.session import Session

Row = dict[str, Any]
#: The kind of the mirror that units are kept in, by directory.
UNITS = "directory units"
LOOK = 1_000


def store_attributes(context: Context, options: JobLimits) -> Outcome:
    """Read them of all users and units. Counts: ``users``, ``changed``, ``units``, ``unknown``."""
    troubles: list[str] = []

    def work(directory: Row, server: Server, counts: Counter[str]) -> None:
        from backends.directory.session import Session

        with Session(server) as session:
            if options.user_attributes:
                _users(context, session, directory, options.user_attributes, counts)
            if options.unit_attributes:
                troubles.extend(_units(context, session, directory, options, counts))

    outcome = each_directory(context, work, timeout=options.timeout)
    if not troubles:
        return outcome
    text = "; ".join(filter(None, (*troubles, outcome.message)))
    return Outcome("failed" if outcome.kind == "failed" else "partial", outcome.counts, text)


def _users(
    context: Context, session: Session, directory: Row, names: tuple[str, ...], counts: Counter[str]
) -> None:
    from backends.directory.filters import USERS
    from backends.directory.read import search
    from backends.directory.root import read_root
    from store import database
    from store.directory import extra

    known = extra.attributes(database.read(), directory["id"])
    base = directory["base"] or read_root(session).domain
    news: list[extra.Extra] = []
    for number, each in enumerate(search(session, base, USERS, names), 1):
        if number % LOOK == 0:
            context.progress(number)
            context.check_stop()
        have = known.get(str(each.guid))
        if have is None:
            counts["unknown"] += 1
            continue
        counts["users"] += 1
        text = extra.text(copied({name: each.all(name) for name in names}))
        if text != have.attrs:
            news.append(extra.Extra(have.id, text))
    database.write(lambda tx: extra.keep(tx, news))
    counts["changed"] += len(news)


def _units(
    context: Context, session: Session, directory: Row, options: JobLimits, counts: Counter[str]
) -> list[str]:
    """Mirror the units that operators name; what is wrong with them."""
    from actors.shapes.mirror import mirror
    from backends.directory.read import get
    from backends.error import BackendError
    from store import database
    from store.object import read

    units = read.live(database.read(), "directory_unit", directory_id=directory["id"], enabled=True)
    found: list[Remote] = []
    for unit in units:
        try:
            there = get(session, unit["dn"], options.unit_attributes)
        except BackendError as error:
            if error.kind != "missing":
                raise
            continue
        attrs = copied({name: there.all(name) for name in options.unit_attributes})
        found.append(Remote(str(there.id), unit["name"], there.dn, {"dn": there.dn, **attrs}))
    counts["units"] += len(found)
    source = f"directory:{directory['id']}"
    done = mirror(context, source, UNITS, lambda _: Read(found), limits=Vanishing(options.vanishing_share))
    missing = sorted({unit["name"] for unit in units} - {each.name for each in found})
    troubles = [f"{directory['name']}: unit {name} is not there" for name in missing]
    return troubles + ([done.message] if done.kind == "failed" else [])
