"""Does systemd hear of an agent that runs, works and stops, and of none that hangs?"""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from node.sd_notify import Notifier
from tests.node.test_agent import FILE, SmallAgent, prepared
from tests.support.process import end
from tests.support.until import until


class Systemd:
    """The socket of a service manager; `heard` has the messages that have come."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self.heard: list[str] = []

    def listen(self) -> list[str]:
        """What has come since the last time."""
        self._socket.setblocking(False)
        new: list[str] = []
        while True:
            try:
                new.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                self.heard += new
                return new

    def silent_for(self, seconds: float) -> bool:
        """True when nothing comes in so many seconds."""
        self._socket.settimeout(seconds)
        try:
            self.heard.append(self._socket.recv(4096).decode())
        except TimeoutError:
            return True
        return False

    def close(self) -> None:
        self._socket.close()


Started = Callable[..., SmallAgent]


@pytest.fixture
def systemd() -> Iterator[Systemd]:
    # A folder with a short name: that of a socket may have a hundred letters.
    folder = Path(tempfile.mkdtemp(prefix="sd"))
    made = Systemd(folder)
    yield made
    made.close()
    shutil.rmtree(folder)


@pytest.fixture
def agent(migrated_sqlite: Path, tmp_path: Path, systemd: Systemd) -> Iterator[Started]:
    """Start an agent under this service manager, with a watchdog of 0.3 s."""
    made: list[SmallAgent] = []

    def started(*parts: str) -> SmallAgent:
        folder = prepared(tmp_path, migrated_sqlite, FILE)
        env = {"NOTIFY_SOCKET": str(systemd.path), "WATCHDOG_USEC": "300000"}
        made.append(SmallAgent(folder, *parts, env=env))
        return made[-1]

    yield started
    for each in made:
        end(each.process)


def comes(systemd: Systemd, message: str, what: str) -> None:
    def heard() -> bool:
        systemd.listen()
        return any(message in each.splitlines() for each in systemd.heard)

    until(heard, what)


def test_it_is_ready_once_its_children_are_started_then_works_then_stops(
    agent: Started, systemd: Systemd
) -> None:
    small = agent("worker:one:steady").started("one")
    comes(systemd, "READY=1", "it is ready")
    comes(systemd, "WATCHDOG=1", "it works")
    small.process.terminate()
    assert small.ends() == 0
    systemd.listen()
    words = [each.splitlines()[0] for each in systemd.heard]
    assert words[0] == "READY=1"
    assert words.count("STOPPING=1") == 1
    assert "RELOADING=1" not in words


def test_an_agent_that_hangs_gives_no_sign_of_life_while_its_children_live(
    agent: Started, systemd: Systemd
) -> None:
    small = agent("worker:one:steady").started("one")
    comes(systemd, "WATCHDOG=1", "it works")
    (small.folder / "stick").touch()
    small.until((small.folder / "stuck").exists, "it hangs")
    systemd.listen()
    assert systemd.silent_for(2)
    (small.folder / "stick").unlink()
    systemd.heard.clear()
    comes(systemd, "WATCHDOG=1", "it works again")


def test_an_agent_that_starts_anew_does_not_say_that_it_stops(agent: Started, systemd: Systemd) -> None:
    small = agent("system:system:reloads", "worker:one:steady").started("system")
    small.until(lambda: len(small.lines("one")) == 2, "the worker was started by the new agent")
    until(lambda: systemd.listen() is None or str(systemd.heard).count("READY=1") == 2, "it is ready again")
    words = [each.splitlines()[0] for each in systemd.heard if "WATCHDOG" not in each]
    assert words == ["READY=1", "RELOADING=1", "READY=1"]


def test_without_a_service_manager_nothing_is_sent_and_nothing_fails(systemd: Systemd) -> None:
    for environ in ({}, {"NOTIFY_SOCKET": str(systemd.path) + "gone"}):
        notifier = Notifier(environ)
        notifier.ready()
        notifier.stopping(comes_back=False)
    assert systemd.listen() == []


@pytest.mark.parametrize("environ", [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "1", "WATCHDOG_PID": "1"}])
def test_without_a_watchdog_of_its_own_it_gives_no_sign_of_life(
    systemd: Systemd, environ: dict[str, str]
) -> None:
    Notifier({"NOTIFY_SOCKET": str(systemd.path), **environ}).working()
    assert systemd.listen() == []


def test_a_socket_without_a_file_is_reached(systemd: Systemd) -> None:
    name = f"tickworks-{systemd.path.parent.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0{name}")
        listener.settimeout(10)
        Notifier({"NOTIFY_SOCKET": f"@{name}"}).ready()
        assert listener.recv(4096).startswith(b"READY=1")
