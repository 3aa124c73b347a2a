"""Do many probes run at once without standing in each other's way?"""

from __future__ import annotations

import asyncio
import socket
import threading
from functools import partial

import pytest

from backends.error import BackendError
from backends.probe import tcp
from backends.probe.finding import Finding
from backends.probe.sweep import ask, gather, sweep
from tests.support.process import free_port
from tests.support.real_nginx import RealNginx


async def good() -> Finding:
    return Finding(True, "good")


async def endless() -> Finding:
    await asyncio.Event().wait()
    raise AssertionError("never reached")


async def broken() -> Finding:
    raise RuntimeError("hunter2")


def test_each_has_its_finding(nginx: RealNginx) -> None:
    free = free_port()
    found = sweep({port: partial(tcp.ask, "127.0.0.1", port) for port in (nginx.http, free)})
    assert {port: finding.ok for port, finding in found.items()} == {nginx.http: True, free: False}


def test_no_more_run_at_once_than_allowed() -> None:
    running: list[int] = []
    most = 0

    async def counted(number: int) -> Finding:
        nonlocal most
        running.append(number)
        most = max(most, len(running))
        await asyncio.sleep(0)
        running.remove(number)
        return Finding(True, "")

    assert len(sweep({number: partial(counted, number) for number in range(50)}, at_once=7)) == 50
    assert most == 7


def test_one_that_hangs_is_given_up_and_holds_nobody_up() -> None:
    found = sweep({"slow": endless, "quick": good}, at_once=2, deadline=0.2)
    assert found["quick"].ok
    assert (found["slow"].ok, found["slow"].kind) == (False, "unreachable")
    assert "given up after 0.2 s" in found["slow"].text


def test_a_name_server_that_hangs_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    ended: list[bool] = []

    def hanging(*_: object, **__: object) -> None:
        ended.append(over.wait(20))
        raise OSError("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    found = sweep({"named": partial(tcp.ask, "a.example", 25, connect_timeout=0.2), "good": good})
    assert not ended
    over.set()
    assert found["good"].ok
    assert found["named"].kind == "unreachable"


def test_one_that_is_broken_costs_only_itself() -> None:
    found = sweep({"broken": broken, "good": good}, at_once=1)
    assert found["good"].ok
    assert found["broken"].text == "the probe itself failed: RuntimeError"


def test_a_stop_ends_it_and_leaves_out_what_had_not_ended() -> None:
    heard: list[str] = []
    found = sweep(
        {"quick": good, "slow": endless},
        stopping=lambda: bool(heard),
        found=lambda key, finding: heard.append(key),
    )
    assert set(found) == {"quick"}


def test_whoever_listens_may_fail_and_is_heard() -> None:
    def listener(key: str, finding: Finding) -> None:
        raise OSError("the database is away")

    with pytest.raises(OSError, match="away"):
        sweep({"a": good, "b": endless}, found=listener)


def test_answers_of_any_kind_come_with_their_errors() -> None:
    async def number() -> int:
        return 7

    async def wrong() -> int:
        raise BackendError("missing", "nothing there")

    answers = gather({"a": number, "b": wrong})
    assert answers["a"] == 7
    assert isinstance(answers["b"], BackendError)


def test_nothing_to_ask_and_nonsense() -> None:
    assert sweep({}) == {}
    with pytest.raises(ValueError, match="at_once"):
        sweep({0: good}, at_once=0)


def test_one_alone_is_what_test_connection_does(nginx: RealNginx) -> None:
    assert ask(partial(tcp.ask, "127.0.0.1", nginx.http)).ok
