"""Are the detail files that a real FreeRADIUS writes of accounting packets read as the calls they tell of?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.calls.raw import Status
from tests.actors.rating.collecting_scene import Scene, bad_rows, files, legs
from tests.support.real_freeradius import RealFreeradius, real_freeradius

SETUP = int(datetime(2026, 11, 20, 10, tzinfo=UTC).timestamp())


@pytest.fixture(scope="module")
def radius() -> Iterator[RealFreeradius]:
    with real_freeradius() as server:
        yield server


@pytest.fixture
def scene(sqlite_engine_database: str, tmp_path: Path, radius: RealFreeradius) -> Scene:
    radius.detail.unlink(missing_ok=True)
    made = Scene(tmp_path)
    made.collector(format="radius_detail", folder=str(radius.detail.parent), finished_after=60)
    made.folder = radius.detail.parent
    return made


def collect(scene: Scene) -> None:
    at = scene.now.timestamp() - 3600
    os.utime(scene.folder / "detail", (at, at))
    scene.run()


def packet(session: str, kind: str = "Stop", *more: str, seconds: int = 60) -> str:
    said = (
        f"Acct-Status-Type = {kind}",
        f'Acct-Session-Id = "{session}"',
        'Calling-Station-Id = "4930111"',
        'Called-Station-Id = "442079460000"',
        "NAS-IP-Address = 192.0.2.1",
        "NAS-Port-Type = Async",
        f"Acct-Session-Time = {seconds}",
        "Acct-Delay-Time = 5",
        "Class = 0x0102ff",
        *more,
    )
    return "\n".join(said)


def cisco(
    origin: str, cause: str = "10", connected: str = "10:00:04.120", ended: str = "10:01:04.000"
) -> list[str]:
    values = {
        "call-origin": origin,
        "conf-id": "02102944 600A1899 3FD61009 0E2F3CC5",
        "setup-time": "10:00:00.000 UTC Fri Nov 20 2026",
        "connect-time": f"{connected} UTC Fri Nov 20 2026",
        "disconnect-time": f"*{ended} UTC Fri Nov 20 2026",
        "disconnect-cause": cause,
        "remote-address": "192.0.2.7",
    }
    said = [f'h323-{name} = "h323-{name}={value}"' for name, value in values.items()]
    return [*said, 'Cisco-AVPair += "h323-incoming-conf-id=1 2 3 4"']


@pytest.mark.covers("files_collector", 1)
def test_two_sides_of_a_call_of_a_cisco_gateway(scene: Scene, radius: RealFreeradius) -> None:
    busy = cisco("answer", "11", "10:00:00.000", "10:00:00.000")
    radius.account(
        [
            packet("1", "Start", *cisco("answer"), seconds=0),
            packet("1", "Stop", 'User-Name = "acme"', *cisco("answer")),
            packet("2", "Interim-Update", *cisco("originate")),
            packet("2", "Stop", *cisco("originate")),
            packet("3", "Stop", *busy, seconds=0),
        ]
    )
    collect(scene)
    session = "02102944 600A1899 3FD61009 0E2F3CC5"
    assert [(leg.session, leg.leg, leg.origin, leg.status, leg.name) for leg in legs()] == [
        (session, "1", "orig", Status.ANSWERED, "acme"),
        (session, "2", "term", Status.ANSWERED, ""),
        (session, "3", "orig", Status.BUSY, ""),
    ]
    assert [(leg.setup_at, leg.at, leg.volume, leg.host, leg.cause) for leg in legs()[:2]] == [
        (SETUP, SETUP + 4, 60, "192.0.2.7", 16)
    ] * 2
    assert not bad_rows()


def test_a_gateway_that_says_no_times_goes_by_when_its_packets_came(
    scene: Scene, radius: RealFreeradius
) -> None:
    before = int(datetime.now(UTC).timestamp())
    radius.account([packet("1"), packet("2", seconds=0)])
    after = int(datetime.now(UTC).timestamp())
    collect(scene)
    answered, _ = legs()
    assert before - 65 <= answered.at <= after - 65
    assert (answered.session, answered.volume, answered.host) == ("1", 60, "192.0.2.1")
    assert (answered.src, answered.dst) == ("4930111", "442079460000")


def test_what_stands_in_a_name_is_read_as_it_was_sent(scene: Scene, radius: RealFreeradius) -> None:
    radius.account([packet("1", "Stop", r'User-Name = "a\"b, \\c = Ünï\t\001!"'), packet("2")])
    collect(scene)
    assert [leg.name for leg in legs()] == ['a"b, \\c = Ünï\t\x01!', ""]
    assert not bad_rows()


def test_packets_after_a_file_was_read_are_another_file(scene: Scene, radius: RealFreeradius) -> None:
    radius.account([packet("1")])
    collect(scene)
    assert not radius.detail.exists()
    radius.account([packet("2")])
    collect(scene)
    assert [leg.session for leg in legs()] == ["1", "2"]
    assert [each["state"] for each in files()] == ["loaded", "loaded"]
    assert len({each["place"] for each in files()}) == 2
