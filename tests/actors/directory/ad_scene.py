"""What the tests of jobs for directories share: a site with one, orders, and a line that can be cut."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from actors.directory.sync_ad_users import run as sync_ad_users
from backends.directory import account, read, write
from backends.directory.entry import Entry
from backends.directory.filters import USERS, equals
from backends.directory.server import Server
from backends.directory.session import Session, check_password
from domain.directory import dn
from node.site import Site
from store import database
from tests.actors.directory.job_scene import carry_out, go_live, job, order
from tests.actors.directory.scene import add, directory, work
from tests.backends.directory.conftest import GOOD, principal
from tests.support import rows as engine_rows
from tests.support.fault_proxy import FaultProxy
from tests.support.object_site import site

__all__ = [
    "OTHER",
    "Scene",
    "go_behind",
    "losing",
    "make_user",
    "new_name",
    "observing",
    "scene",
    "site",
    "sqlite_only",
    "user_count",
]

OTHER = "Other-Word-2"


@dataclass
class Scene:
    """A live site with a directory in which the organisation Acme has one unit."""

    site: Site
    server: Server
    session: Session
    unit: str

    def order(self, kind: str, object: str = "", **args: Any) -> int:
        """Order a job of Acme; its id."""
        return order(self.site, kind, object, **args)

    def user(self, name: str, *attributes: str) -> Entry:
        """The user of this account name, in the unit."""
        (found,) = read.search(self.session, self.unit, equals("sAMAccountName", name), attributes)
        return found

    def letting(self, name: str, password: str) -> str:
        """What the controller says to this name and password."""
        return check_password(replace(self.server, user=principal(name), password=password))

    def done(self, job_id: int) -> str:
        """One run; the job is done by it, and says so."""
        carry_out()
        row = job(job_id)
        assert row["state"] == "done", row["error"]
        return str(row["message"])

    def failed(self, job_id: int) -> str:
        """One run; the job has failed for good by it, and says why."""
        carry_out()
        row = job(job_id)
        assert row["state"] == "failed", row
        return str(row["error"])

    def synchronised(self) -> None:
        """Our copy is what the directory is."""
        assert work(sync_ad_users, args={"full": True})[0].kind == "done"


def _scene(site: Site, server: Server, session: Session, unit: str) -> Scene:
    engine_rows.service("group_action_ad", family="directory", profile="hosting", title="GroupActionWorkAD")
    add("organisation", name="Acme")
    directory(server, unit)
    add("directory_unit", name="Acme users", directory="corp", dn=unit, organisation="Acme")
    return Scene(replace(site, profiles=frozenset({"core", "hosting"})), server, session, unit)


@pytest.fixture
def observing(site: Site, server: Server, session: Session, unit: str) -> Scene:
    """Nothing is changed in directories yet."""
    return _scene(site, server, session, unit)


@pytest.fixture
def scene(observing: Scene) -> Scene:
    """The family is live."""
    go_live()
    return observing


sqlite_only = pytest.mark.parametrize("engine_database", ["sqlite"], indirect=True)


def new_name() -> str:
    """An account name that nobody has."""
    return f"u{uuid.uuid4().hex[:14]}"


def make_user(scene: Scene, name: str, place: str = "", **attributes: str) -> UUID:
    """A user that can sign in, made by somebody else."""
    given: dict[str, write.Value] = {
        "sAMAccountName": name,
        "userPrincipalName": principal(name),
        "userAccountControl": account.NORMAL,
        "unicodePwd": f'"{GOOD}"'.encode("utf-16-le"),
    }
    return write.create(
        scene.session, dn.child(place or scene.unit, "CN", name), ["user"], given | attributes
    )


def user_count(scene: Scene) -> int:
    """How many users there are in the unit and below."""
    return len(list(read.search(scene.session, scene.unit, USERS)))


def go_behind(scene: Scene, proxy: FaultProxy) -> None:
    """The directory is reached by way of the proxy from now on."""
    database.write(lambda tx: tx.run("UPDATE directory SET port = ?", (proxy.port,)))


def losing(
    monkeypatch: pytest.MonkeyPatch, proxy: FaultProxy, *, after: int = 0, hangs: bool = False
) -> list[int]:
    """From the change after so many on, the answer to a change is lost on the line; the changes so far."""
    asked: list[int] = []
    ask = Session.ask

    def watched(self: Session, question: Callable[[Any], Any], *, changes: bool = False) -> Any:
        if changes:
            asked.append(1)
            if len(asked) > after:
                (proxy.cut if hangs else proxy.drop_answer)()
        return ask(self, question, changes=changes)

    monkeypatch.setattr(Session, "ask", watched)
    return asked
