"""Is what a directory has and we lack kept, once, and never a secret with it?"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from actors.directory.sync_ad_users import run as sync_ad_users
from actors.directory.sync_missing_data import Options
from actors.directory.sync_missing_data import run as service
from actors.outcome import Outcome
from backends.directory import write
from backends.directory.entry import Entry
from backends.directory.server import Server
from backends.directory.session import Session
from domain.directory import dn
from domain.directory.attributes import copied
from store import database
from tests.actors.directory.scene import NOW, directory, rows, work
from tests.backends.directory.conftest import MakeUser
from tests.support.fault_proxy import FaultProxy

GUID = b"0123456789abcdef"


def step(number: int, **more: Any) -> Outcome:
    """What one of the steps says."""
    others = tuple(task.title for each, task in enumerate(service.tasks, 1) if each != number)
    (ended,) = work(service, Options(**more), at=NOW, not_due=others)[1].ports.ended_steps
    return ended.outcome or Outcome("failed", {}, ended.error or "")


def kept(kind: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Name -> (reason, attributes) of the copies of a kind."""
    found = [row for row in rows("backup_object") if row["kind"] == kind]
    whole = [(row["reason"], json.loads(row["attrs"])) for row in found]
    return {dn.name(attrs["dn"]): (reason, attrs) for reason, attrs in whole}


@pytest.mark.covers("sync_missing_data", 1)
def test_users_that_we_lack_or_lack_data_of_are_kept_once(
    opened: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    directory(server, unit)
    user("Whole", mail="whole@example.org")
    half = user("Half")
    assert work(sync_ad_users)[0].kind == "done"
    write.modify(session, half, {"mail": write.put("half@example.org"), "title": write.put("Head")})
    user("New", telephoneNumber="+49 30 1", thumbnailPhoto=b"\xff\xd8\xff")
    outcome = step(1)
    assert (outcome.kind, outcome.counts["read"], outcome.counts["kept"]) == ("done", 3, 2)
    found = kept("user")
    assert {name: reason for name, (reason, _) in found.items()} == {
        "Half": "lacks mail",
        "New": "unknown here",
    }
    assert found["Half"][1]["mail"] == "half@example.org"
    assert found["New"][1]["telephonenumber"] == "+49 30 1"
    write.modify(session, half, {"mail": write.put("other@example.org")})
    assert step(1).counts["kept"] == 0
    assert kept("user")["Half"][1]["mail"] == "half@example.org", "a copy is never written over"


@pytest.mark.covers("sync_missing_data", 2)
def test_mailboxes_lists_and_contacts_are_kept(
    opened: None, server: Server, session: Session, unit: str, user: MakeUser, group: Callable[[str], str]
) -> None:
    directory(server, unit)
    user("Anna", mail="anna@example.org", proxyAddresses="SMTP:anna@example.org")
    user("No mail")
    write.modify(session, group("News"), {"mail": write.put("news@example.org")})
    group("No list")
    write.create(session, dn.child(unit, "CN", "Far, Away"), ["contact"], {"mail": "far@example.net"})
    assert step(2).counts["kept"] == 3
    assert [sorted(kept(kind)) for kind in ("mailbox", "list", "contact")] == [
        ["Anna"],
        ["News"],
        ["Far, Away"],
    ]
    assert kept("mailbox")["Anna"][1]["proxyaddresses"] == "SMTP:anna@example.org"
    assert step(2).counts["kept"] == 0


def test_no_secret_and_no_bytes_are_ever_copied() -> None:
    values = {
        "cn": (b"Anna",),
        "unicodepwd": (b"x",),
        "ntpwdhistory": (b"x",),
        "ms-mcs-admpwd": (b"readable",),
        "mslaps-password": (b"readable",),
        "userpassword": (b"readable",),
        "supplementalcredentials": (b"readable",),
        "msds-keycredentiallink": (b"B:readable",),
        "unixuserpassword": (b"readable",),
        "thumbnailphoto": (b"readable",),
        "objectsid": (b"readable",),
        "pwdlastset": (b"133",),
        "description": (b"several", b"\xff\xfe"),
        "othertelephone": (b"2", b"1"),
        "info": (b"bell \x07",),
    }
    assert copied(values) == {"cn": "Anna", "pwdlastset": "133", "othertelephone": ["1", "2"]}
    with pytest.raises(ValueError, match="it is never copied"):
        Options(attributes=("unicodePwd",))


def test_an_object_that_came_in_half_is_left_for_the_next_time(
    sqlite: None, server: Server, unit: str, user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backends.directory import read

    directory(server, unit)
    user("Anna")
    real = read.search

    def half(*args: Any, **more: Any) -> Any:
        yield Entry(None, "CN=nobody,DC=x", {"samaccountname": (b"nobody",)})
        yield from real(*args, **more)
        yield Entry(None, "", {})

    monkeypatch.setattr(read, "search", half)
    outcome = step(1)
    assert (outcome.counts["half"], outcome.counts["kept"]) == (2, 1)


def test_a_read_that_breaks_off_keeps_nothing(
    sqlite: None,
    server: Server,
    unit: str,
    user: MakeUser,
    proxy: FaultProxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from backends.directory import read

    directory(server, unit)
    for name in ("Anna", "Ben"):
        user(name)
    database.write(lambda tx: tx.run("UPDATE directory SET port = ?", (proxy.port,)))
    real = read.search

    def cut(*args: Any, **more: Any) -> Any:
        for each in real(*args, **{**more, "page": 1}):
            yield each
            proxy.refuse()

    with monkeypatch.context() as patch:
        patch.setattr(read, "search", cut)
        assert step(1).kind == "failed"
    assert rows("backup_object") == []
    proxy.heal()
    assert step(1).counts["kept"] == 2
