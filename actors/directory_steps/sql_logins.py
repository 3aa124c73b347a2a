"""Logins of database servers follow the users of a directory: renamed with them, switched off, dropped last.

A login is dropped by the rules of what destroys: two complete looks at the directory, a day apart, have
missed its user, an operator has switched the step on, and few go in one run. One that owns anything stays.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.outcome import Outcome
from domain.directory.job_limits import JobLimits
from domain.directory.logins import Login, Plan, plan
from domain.mirror import Read, Remote, Vanishing

if TYPE_CHECKING:
    from backends.sql_roles import Role, Roles
    from domain.effects.destroy import Doomed

Row = dict[str, Any]
KIND = "logins"


def follow_logins(context: Context, options: JobLimits) -> Outcome:
    """Each active server. Counts: ``linked``, ``renamed``, ``off``, ``held``, ``taken``, ``lost``."""
    from backends.error import BackendError
    from config.secrets import SecretError
    from store import database
    from store.object import read

    counts: Counter[str] = Counter()
    troubles: list[str] = []
    servers = read.live(database.read(), "sql_server", enabled=True)
    for server in servers:
        context.check_stop()
        try:
            _server(context, server, options, counts, troubles)
            counts["servers"] += 1
        except (BackendError, SecretError, LookupError) as error:
            troubles.append(f"{server['name']}: {error}")
    text = "; ".join(troubles)
    if troubles and not counts["servers"]:
        return Outcome("failed", counts, text)
    return Outcome("partial" if troubles else "done", counts, text)


def _server(
    context: Context, server: Row, options: JobLimits, counts: Counter[str], troubles: list[str]
) -> None:
    from backends.sql_roles import Roles, server_of
    from store import database
    from store.directory import login

    tx, key = database.read(), str(server["id"])
    with Roles(server_of(server, context.secret)) as roles:
        every = roles.all()
        people = login.people(tx, server["directory_id"])
        made = plan(people, login.logins(tx, key), _touchable(every))
        _note(context, server, made, counts)
        for each, name in made.rename:
            _rename(context, server, roles, each, name, counts, troubles)
        for each in made.off:
            _switch_off(context, server, roles, each, counts, troubles)
    troubles += [
        f"{server['name']}: {each.login} cannot become {name}: it is taken" for each, name in made.taken
    ]
    _drop(context, server, options, counts, troubles)


def _touchable(roles: list[Role]) -> dict[str, bool]:
    return {role.name: role.can_login for role in roles if not role.fixed}


def _note(context: Context, server: Row, made: Plan, counts: Counter[str]) -> None:
    """What is so already, in our table."""
    from store import database
    from store.directory import login

    now, key = context.now.timestamp(), str(server["id"])

    def work(tx: Any) -> None:
        login.link(tx, key, made.link, now)
        for each, name in made.renamed:
            login.renamed(tx, each, name, now)
        for each in made.lost:
            login.state(tx, each, "lost", now, "it is not at the server")
        for each, name in made.taken:
            login.state(tx, each, each.state, now, f"{name} is taken")

    database.write(work)
    counts.update(
        linked=len(made.link), lost=len(made.lost), taken=len(made.taken), renamed=len(made.renamed)
    )


def _rename(
    context: Context,
    server: Row,
    roles: Roles,
    each: Login,
    name: str,
    counts: Counter[str],
    troubles: list[str],
) -> None:
    from backends.error import BackendError
    from store import database
    from store.directory import login

    context.check_stop()
    what = f"Rename the login {each.login} of {server['name']} to {name}"
    if not context.act("outward", what, key=f"login-rename:{each.id}:{name}"[:200], object=each.login):
        counts["held"] += 1
        return
    try:
        roles.rename(each.login, name)
    except BackendError as error:
        if error.kind in ("unreachable", "unknown_outcome"):
            raise
        troubles.append(f"{server['name']}: {each.login} is not renamed: {error}")
        return
    now = context.now.timestamp()
    database.write(lambda tx: login.renamed(tx, each, name, now))
    counts["renamed"] += 1


def _switch_off(
    context: Context, server: Row, roles: Roles, each: Login, counts: Counter[str], troubles: list[str]
) -> None:
    from backends.error import BackendError
    from store import database
    from store.directory import login

    context.check_stop()
    what = f"Switch off the login {each.login} of {server['name']}: its user is gone"
    if not context.act("outward", what, key=f"login-off:{each.id}", object=each.login):
        counts["held"] += 1
        return
    try:
        roles.switch_off(each.login)
    except BackendError as error:
        if error.kind in ("unreachable", "unknown_outcome"):
            raise
        troubles.append(f"{server['name']}: {each.login} is not switched off: {error}")
        return
    now = context.now.timestamp()
    database.write(lambda tx: login.state(tx, each, "off", now))
    counts["off"] += 1


def _drop(
    context: Context, server: Row, options: JobLimits, counts: Counter[str], troubles: list[str]
) -> None:
    """Mirror which users with logins the directory still has; drop the logins of those proved gone."""
    from actors.shapes.destroy import destroy
    from actors.shapes.mirror import mirror
    from store import database
    from store.directory import login

    key, source = str(server["id"]), f"sql server {server['id']}"
    logins = [each for each in login.logins(database.read(), key) if each.state in ("linked", "off")]
    if not logins:
        return
    present = _present(context, server, logins, options.timeout)
    done = mirror(context, source, KIND, lambda _: Read(present), limits=Vanishing(options.vanishing_share))
    if done.kind == "failed":
        troubles.append(f"{server['name']}: {done.message}")
        return
    gone = destroy(context, source, KIND, lambda doomed: _destroyed(context, server, doomed))
    counts.update(
        {name: int(value) for name, value in gone.counts.items() if name in ("reported", "destroyed")}
    )
    counts["held"] += int(gone.counts.get("held", 0))
    if gone.counts.get("failed"):
        troubles.append(f"{server['name']}: {gone.message}")


def _present(context: Context, server: Row, logins: list[Login], timeout: float) -> list[Remote]:
    """The logins whose users are in the directory now, as it says itself. Raises BackendError."""
    from actors.directories.opened import server as controller
    from backends.directory.filters import USERS
    from backends.directory.read import search
    from backends.directory.root import read_root
    from backends.directory.session import Session
    from store import database
    from store.directory import login
    from store.object import read

    directory = read.by_id(database.read(), "directory", server["directory_id"])
    if directory is None:
        raise LookupError(f"the directory of {server['name']} is gone")
    people = {person.id: person for person in login.people(database.read(), server["directory_id"])}
    with Session(controller(context, directory, timeout)) as session:
        there = {str(entry.id) for entry in search(session, read_root(session).domain, USERS)}
    # The directory stands in the mirror, too: an answer without any user is not believed, one login may go.
    top = [Remote("directory", directory["name"])] if there else []
    return top + [
        Remote(f"{each.id}", each.login, people[each.user_id].guid)
        for each in logins
        if people[each.user_id].guid in there
    ]


def _destroyed(context: Context, server: Row, doomed: Doomed) -> str:
    """Drop the login, if it is still that user's and its user is gone here, too; how it comes back."""
    from backends.sql_roles import Roles, server_of
    from store import database
    from store.directory import login

    key, now = str(server["id"]), context.now.timestamp()
    tx = database.read()
    each = next((one for one in login.logins(tx, key) if str(one.id) == doomed.object), None)
    if each is None or each.state == "dropped":
        return "it was not there any more"
    with Roles(server_of(server, context.secret)) as roles:
        role = next((role for role in roles.all() if role.name == each.login), None)
        if role is not None and role.fixed:
            raise PermissionError(f"{each.login} has powers of its own now: it is left alone")
        if role is not None and role.can_login:
            raise PermissionError(f"{each.login} is not switched off yet")
        if role is not None:
            roles.drop(each.login)
    database.write(lambda tx: login.state(tx, each, "dropped", now))
    return f"CREATE ROLE with the name {each.login} at {server['name']}; it owned nothing"
