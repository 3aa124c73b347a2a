"""What `tickworks up` and `tickworks web` say once they run, and who may be let in from elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from config.settings import Settings
from node.fork import fork
from node.prepare import guarded
from node.site import Site
from store import database, user
from store.errors import DatabaseAway, DatabaseError
from web.acts.first_admin import first_admin
from web.acts.refusal import Refusal


def say(site: Site, lines: Callable[[str], Sequence[str]]) -> None:
    """Print the lines, which are made with how to sign in; on a new site that is a one-time password.

    A child asks the database: the agent that calls this forks, so it must never have opened it.
    """

    def work() -> None:
        database.open(site.settings.database.url)
        text = sign_in(site)
        database.close()
        sys.stdout.write("\n".join(lines(text)) + "\n")

    pid = fork(lambda: guarded(work, "how to sign in is not known"), ())
    _, status = os.waitpid(pid, 0)
    if status:
        sys.stdout.write("\n".join(lines("tickworks user list   (who may)")) + "\n")
    sys.stdout.flush()


def sign_in(site: Site) -> str:
    """Who can sign in, and with what; makes the first user where there is none."""
    made = database.write(lambda tx: first_admin(tx, site.clock.now()))
    if made:
        return f"admin / {made}  (once; you choose your own)"
    admins = [row["name"] for row in user.rows(database.read()) if _may_help(row)]
    name = next(iter(admins), "NAME")
    return f"{name}  (a new password: tickworks user password {name})"


def open_to_network(settings: Settings) -> bool:
    """Whether somebody has a password of their own choice, so that other machines may be let in.

    Opens and closes the database. Raises DatabaseAway.
    """
    path = settings.database.path
    if path is not None and not path.exists():
        return False
    database.open(settings.database.url)
    try:
        return user.password_chosen(database.read())
    except DatabaseAway:
        raise
    except DatabaseError:
        return False  # no tables yet
    finally:
        database.close()


def refuse_open_network(settings: Settings) -> None:
    """Raise Refusal (open_network) for a page that others could reach while nobody can sign in safely."""
    if not open_to_network(settings):
        raise Refusal(
            "open_network",
            f"[web] host is {settings.web.host}: other machines are let in once somebody has a password of "
            "their own; make one first: `tickworks user add NAME --role admin --password-stdin`",
        )


def _may_help(row: dict[str, object]) -> bool:
    return row["role"] == "admin" and row["disabled_at"] is None
