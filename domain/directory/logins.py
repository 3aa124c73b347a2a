"""What follows for logins of a database server when users of a directory are renamed or gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the directory; `gone`: it was deleted there."""

    id: int
    guid: str
    sam: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Login:
    """A login that we know to be somebody's: `login` is its name at the server when we looked last."""

    id: int
    user_id: int
    login: str
    state: str


@dataclass
class Plan:
    """What to do. `link`: (user, login) of one person; `renamed`: (login, its name now), so already;
    `rename`: (login, new name); `taken`: the same, where another has the name; `off`: logins of those who are
    gone; `lost`: not at the server any more.
    """

    link: list[tuple[Person, str]] = field(default_factory=list)
    renamed: list[tuple[Login, str]] = field(default_factory=list)
    rename: list[tuple[Login, str]] = field(default_factory=list)
    off: list[Login] = field(default_factory=list)
    lost: list[Login] = field(default_factory=list)
    taken: list[tuple[Login, str]] = field(default_factory=list)


def plan(people: Iterable[Person], logins: Iterable[Login], roles: Mapping[str, bool]) -> Plan:
    """Compare. `roles`: the server's logins that may be touched, name -> whether one can sign in with it.

    A login is a user's if it has the user's account name, in any case; from then on it is, whatever either
    of them is called. A rename whose answer was lost shows in `roles`, and is not done again.
    """
    made = Plan()
    by_id = {person.id: person for person in people}
    linked = list(logins)
    names = {each.login for each in linked}
    owned = {each.user_id for each in linked if each.state != "lost"}
    for each in linked:
        person = by_id.get(each.user_id)
        if person is None or each.state == "dropped":
            continue
        name = each.login
        wanted = name if person.gone or _same(name, person.sam) else _cased(person.sam, name)
        if name not in roles:
            if wanted != name and wanted in roles and wanted not in names:
                made.renamed.append((each, wanted))
            elif each.state != "lost":
                made.lost.append(each)
            continue
        if person.gone:
            if roles[name]:
                made.off.append(each)
        elif wanted != name:
            (made.taken if wanted in roles else made.rename).append((each, wanted))
    free = {name.lower(): name for name in roles if name not in names}
    for person in by_id.values():
        if not person.gone and person.id not in owned and person.sam.lower() in free:
            made.link.append((person, free[person.sam.lower()]))
    return made


def _same(login: str, sam: str) -> bool:
    return login.lower() == sam.lower()


def _cased(sam: str, login: str) -> str:
    """The account name, in small letters where the login was."""
    return sam.lower() if login == login.lower() else sam
