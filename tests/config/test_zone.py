"""The machine's time zone."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.zone import machine_zone


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    """A machine whose localtime is Rome and whose timezone file says Lisbon."""
    database = tmp_path / "usr/share/zoneinfo/Europe"
    database.mkdir(parents=True)
    (database / "Rome").touch()
    (tmp_path / "localtime").symlink_to(database / "Rome")
    (tmp_path / "timezone").write_text("Europe/Lisbon\n")
    return tmp_path


@pytest.mark.parametrize(
    ("setting", "zone"),
    [
        ("Asia/Tokyo", "Asia/Tokyo"),
        (":Asia/Tokyo", "Asia/Tokyo"),
        ("/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ("right/Asia/Tokyo", "Asia/Tokyo"),
        (":/usr/share/zoneinfo/posix/Asia/Tokyo", "Asia/Tokyo"),
        ("", "UTC"),
        ("CET-1CEST", "Europe/Rome"),
    ],
)
def test_tz_goes_first_if_it_names_a_zone(etc: Path, setting: str, zone: str) -> None:
    assert machine_zone({"TZ": setting}, etc)[0] == zone


def test_localtime_goes_before_timezone_and_without_both_it_is_utc(etc: Path) -> None:
    assert machine_zone({}, etc) == ("Europe/Rome", f"{etc}/localtime")
    (etc / "localtime").unlink()
    (etc / "localtime").write_bytes(b"TZif")
    assert machine_zone({}, etc) == ("Europe/Lisbon", f"{etc}/timezone")
    (etc / "timezone").unlink()
    assert machine_zone({}, etc)[0] == "UTC"
