"""Does the mail of an organisation go by its own server, or that of the nearest above it?"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actors import Outcome
from actors.outgoing_accounts import account_for
from actors.system import mail_manager
from backends.smtp_connection import try_out
from domain.mail.account import MailAccount
from domain.objects.catalogue import find
from domain.objects.checked import checked
from store import database
from store.object import write
from tests.actors.system.mailing import NOW, account, add, answer, running, states, work
from tests.support.real_mail import PASSWORD, RealMail, real_mail

ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture(scope="module")
def running_servers() -> Iterator[RealMail]:
    with real_mail() as server:
        yield server


@pytest.fixture
def server(running_servers: RealMail, engine_database: str) -> RealMail:
    running_servers.empty()
    return running_servers


def put(kind: str, /, **values: Any) -> int:
    whole = checked(find(kind), values)
    return database.write(lambda tx: write.create(tx, kind, whole, now=NOW))


def settings(server: RealMail, organisation: str, **more: Any) -> None:
    """SMTP settings that lead to the real server."""
    given = {
        **{"host": "localhost", "port": server.port, "ca_file": str(server.ca_file)},
        **{"username": "tickworks", "password": "env:SHOP", "sender": "Shop <shop@example.org>"},
    }
    put("smtp_settings", organisation=organisation, **{**given, **more})


def nowhere(folder: Path) -> MailAccount:
    """The system's settings lead to a port where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return account(taken.getsockname()[1], folder)


def send(system: MailAccount) -> Outcome:
    return work(
        running(mail_manager.run, secrets={"env:SHOP": PASSWORD, "env:WRONG": "no such word"}), system
    )


@pytest.mark.covers("mail_manager", 1)
def test_mail_goes_by_the_nearest_server(server: RealMail, tmp_path: Path) -> None:
    put("organisation", name="Reseller", kind="reseller")
    put("organisation", name="Customer", parent="Reseller")
    settings(server, "Reseller")
    add("of the customer", owner="customer", to=(ANN,))
    add("of the system", to=(BOB,))
    outcome = send(nowhere(tmp_path))
    assert (outcome.kind, states()) == ("partial", ["sent", "queued"])
    (mail,) = server.arrived("ann")
    assert (mail["From"], mail["Subject"]) == ("Shop <shop@example.org>", "of the customer")


def test_a_wrong_password_of_one_stops_nobody_else_at_the_same_server(
    server: RealMail, tmp_path: Path
) -> None:
    for name, password in (("Wrong", "env:WRONG"), ("Right", "env:SHOP")):
        put("organisation", name=name)
        settings(server, name, password=password)
    add("wrong", owner="Wrong", to=(ANN,))
    add("right", owner="Right", to=(ANN,))
    send(nowhere(tmp_path))
    assert states() == ["queued", "sent"]
    assert "sign-in refused" in answer(1)


def test_without_settings_of_its_own_it_is_the_systems(engine_database: str, tmp_path: Path) -> None:
    system = nowhere(tmp_path)
    put("organisation", name="Plain")
    assert (
        account_for("Plain", system)
        is account_for("nobody knows", system)
        is account_for(None, system)
        is system
    )
    put("organisation", name="Own", parent="Plain")
    put("smtp_settings", organisation="Own", host="mail.example.org", security="tls", sender=BOB)
    own = account_for("OWN", system)
    assert (own.server, own.sender, own.per_run) == (("mail.example.org", 465), BOB, system.per_run)


@pytest.mark.parametrize(
    ("more", "works", "said"),
    [
        ({}, True, "signed in as tickworks"),
        ({"password": "env:WRONG"}, False, "sign-in refused"),
        ({"ca_file": ""}, False, "not trusted"),
        ({"security": "tls"}, False, ""),
    ],
)
def test_trying_the_settings_says_what_works(
    running_servers: RealMail, more: dict[str, Any], works: bool, said: str
) -> None:
    found = {
        **{"host": "localhost", "port": running_servers.port, "security": "starttls"},
        **{"ca_file": str(running_servers.ca_file), "username": "tickworks", "password": "env:SHOP"},
    }
    secrets = {"env:SHOP": PASSWORD, "env:WRONG": "no such word"}
    lines = try_out({**found, **more}, secrets.__getitem__, timeout=10)
    assert all(ok for ok, _ in lines) is works
    assert said in lines[-1][1]
    assert "no such word" not in str(lines)
