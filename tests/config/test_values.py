"""What each kind of value accepts, and the line for what it refuses."""

from __future__ import annotations

import pytest

from .conftest import Load, Problems

NAMES = "expected a name of 1 to 64 of a-z, 0-9 and _"


@pytest.mark.parametrize(
    ("section", "line", "problem"),
    [
        ("node", 'threads = "8"', "expected a whole number from 1 to 256, got '8'"),
        ("node", "threads = true", "expected a whole number from 1 to 256, got true"),
        ("node", "threads = 8.0", "expected a whole number from 1 to 256, got 8.0"),
        ("node", "threads = 257", "expected a whole number from 1 to 256, got 257"),
        ("node", f"threads = 0x{'f' * 9000}", "from 1 to 256, got a far larger number"),
        ("node", 'roles = "master"', "expected a list of role names, got 'master'"),
        ("node", "roles = []", "expected at least 1 of a list of role names, got an empty list"),
        ("node", 'roles = ["Master"]', f"{NAMES}, got 'Master'"),
        ("node", 'name = "a b"', "beginning with a letter or digit, got 'a b'"),
        ("node", "drain_timeout = -1", "expected 0 to 86400 seconds"),
        ("node", "drain_timeout = true", "expected 0 to 86400 seconds"),
        ("node", "drain_timeout = nan", "expected 0 to 86400 seconds"),
        ("node", 'name = """a\nb"""', r"got 'a\nb'"),
        ("site", 'profiles = ["voise"]', "retired, got 'voise'; did you mean voice?"),
        ("site", 'zone = "berlin"', "got 'berlin'; did you mean Europe/Berlin?"),
        ("site", 'zone = "Europe/Berln"', "did you mean Europe/Berlin?"),
        ("site", 'zone = "Europe"', "expected the IANA name of a time zone"),
        ("site", 'zone = "../../etc/passwd"', "expected the IANA name of a time zone"),
        ("site", 'zone = "localtime"', "expected the IANA name of a time zone"),
        ("site", 'name = ""', "expected a text of 1 to 200 characters on one line, got ''"),
        ("web", "port = 65536", "expected a whole number from 0 to 65535, got 65536"),
        ("web", 'host = "http://x"', "expected a host name or address, got 'http://x'"),
        ("web", 'public_url = "jobs.example.org"', "expected an address such as https://jobs.example.org"),
        ("web", 'public_url = "https://a.example/path"', "expected an address such as https://jobs"),
        ("web", 'public_url = "https://[::"', "expected an address such as https://jobs.example.org"),
        ("web", 'public_url = "https://a.example:99999"', "expected an address such as https://jobs"),
        ("web", 'trusted_proxies = ["proxy"]', "a network such as 10.0.0.0/24, got 'proxy'"),
        (
            "logs",
            'level = "Info"',
            "expected one of debug, info, warning, error, got 'Info'; did you mean info?",
        ),
        ("logs", 'dir = "~/logs"', "expected the path of a folder (~ is not expanded), got '~/logs'"),
        ("catalogue", 'modules = ["my-services"]', "expected a dotted module name, got 'my-services'"),
        ("coordinator", "lease = 0.9", "expected 1 to 3600 seconds"),
        ("coordinator", "grace = 0", "expected 0.1 to 3600 seconds"),
        ("history", "keep_days = 0", "expected a whole number from 1 to 3650, got 0"),
        ("service.x", "period = 61", "expected a whole number from 1 to 60, got 61"),
        ("service.x", "align = 60", "expected a whole number from 0 to 59, got 60"),
        ("service.x", 'times = ["5:30"]', 'expected a time from "00:00" to "23:59", got \'5:30\''),
        ("service.x", "times = [05:30:00]", 'expected a time from "00:00" to "23:59", got 05:30:00'),
        ("service.x", 'weekdays = ["Mon"]', "got 'Mon'; did you mean mon?"),
        ("service.x", "days = [0]", 'expected a day from 1 to 31 or "last", got 0'),
        ("service.x", 'zone = "Mars/Base"', "expected the IANA name of a time zone"),
        ("service.x", "priority = 11", "expected a whole number from 0 to 10, got 11"),
        ("service.x", "parallel = 0", "expected a whole number from 1 to 1000, got 0"),
        ("service.x", 'misfire = "never"', "expected one of once, skip, all, got 'never'"),
        ("service.x", 'overlap = "queue_on"', "got 'queue_on'; did you mean queue_one?"),
        ("service.x", 'instances = "all"', "expected one of one, each, got 'all'"),
        ("service.x", 'enabled = "yes"', "expected true or false, got 'yes'"),
        ("service.x", 'time_limit = "10 min"', "expected 1 to 2678400 seconds"),
        ("service.x", "retries = -1", "expected a whole number from 0 to 100, got -1"),
        ("service.x", 'run_groups = ["a-b"]', f"{NAMES}, got 'a-b'"),
        ("service.x", "options = 3", "expected a table, got 3"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_it(
    problems: Problems, section: str, line: str, problem: str
) -> None:
    (found,) = problems(f"[{section}]\n{line}\n")
    assert found.startswith(f"tickworks.toml: [{section}] {line.partition(' =')[0]}: ")
    assert problem in found
    assert len(found) < 250


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("1.5m", 90), ("2h", 7200), ("1d", 86400)]
)
def test_a_span_may_have_a_unit(loaded: Load, text: str, seconds: float) -> None:
    assert loaded(f'[node]\ndrain_timeout = "{text}"').node.drain_timeout == seconds


def test_core_may_be_listed_and_counts_once(loaded: Load) -> None:
    site = loaded('[site]\nprofiles = ["core", "voice", "voice"]').site
    assert site.profiles == ("core", "voice")
    assert site.active_profiles == {"core", "voice"}


def test_a_service_takes_every_key_it_has(loaded: Load) -> None:
    text = """
        [service.x]
        enabled = true
        period = 6
        align = 3
        times = ["00:00", "23:59"]
        zone = "Europe/Berlin"
        weekdays = ["mon", "sun"]
        days = [1, 31, "last"]
        roles = ["master", "own"]
        run_groups = []
        priority = 0
        parallel = 2
        misfire = "all"
        misfire_window = "12h"
        overlap = "skip"
        time_limit = 90
        retries = 3
        retry_lost = true
        instances = "each"
        options = { batch = 5 }
    """
    given = loaded(text).service["x"].given()
    assert len(given) == 19
    assert given["times"] == ("00:00", "23:59")
    assert given["days"] == (1, 31, "last")
    assert (given["misfire_window"], given["time_limit"]) == (43200, 90)
    assert given["run_groups"] == ()
    assert given["options"] == {"batch": 5}
