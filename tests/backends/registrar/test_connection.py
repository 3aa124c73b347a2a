"""Does trying a registrar say whether it takes us? (Route 53 is tried with its service.)"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backends.registrar.connection import try_out
from tests.support.epp_server import PASSWORD, USER, EppFrameServer
from tests.support.http_receiver import receiver
from tests.support.mail_server import certificate
from tests.support.process import free_port

NOTHING: dict[str, Any] = {
    "name": "Registry",
    "host": "",
    "port": 0,
    "address": "",
    "username": "",
    "password": "",
    "ca_file": "",
    "settings": {},
}


def test_an_epp_server_signs_us_in_or_says_why_not(tmp_path: Path) -> None:
    ca_file = certificate(tmp_path)
    server = EppFrameServer(ca_file)
    account = {"protocol": "epp", "host": "localhost", "port": server.port, "username": USER}
    given = {**NOTHING, **account, "password": "env:EPP", "ca_file": str(ca_file)}
    try:
        assert try_out(given, lambda _: PASSWORD) == [(True, f"localhost:{server.port} takes us as {USER}")]
        ((works, said),) = try_out(given, lambda _: "wrong-password")
        assert not works
        assert "Authentication error" in said
        assert "wrong-password" not in said
    finally:
        server.close()


def test_an_rdap_server_answers_or_does_not() -> None:
    with receiver() as here:
        given = {**NOTHING, "protocol": "rdap", "address": here.url}
        assert try_out(given, str) == [(True, f"http://127.0.0.1:{here.port} answers")]
        assert here.got[0].path.endswith("/help")
        here.answers = lambda _: (503, {}, b"")
        assert not try_out(given, str)[0][0]
    gone = {**NOTHING, "protocol": "rdap", "address": f"http://127.0.0.1:{free_port()}"}
    assert not try_out(gone, str)[0][0]
