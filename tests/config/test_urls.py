"""Addresses of database and broker, and that no password of theirs gets out."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load
from config.secrets import redacted

from .conftest import Load, Problems

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("url", "used"),
    [
        ("postgresql://u@h/x", "postgresql://u@h/x"),
        ("postgres://u:p@h:5432/x?sslmode=require", "postgresql://u:p@h:5432/x?sslmode=require"),
        ("postgresql:///x", "postgresql:///x"),
        ("postgresql://a:1,b:2/x", "postgresql://a:1,b:2/x"),
        ("postgresql://u@[::1]:5432/x", "postgresql://u@[::1]:5432/x"),
    ],
)
def test_a_postgresql_url_is_accepted(loaded: Load, url: str, used: str) -> None:
    database = loaded(TICKWORKS_DATABASE__URL=url).database
    assert (database.url, database.path) == (used, None)


@pytest.mark.parametrize("url", ["amqp://u:p@h:5672/v", "amqps://h", "AMQP://h/%2F"])
def test_a_rabbitmq_url_is_accepted(loaded: Load, url: str) -> None:
    broker = loaded(TICKWORKS_BROKER__URL=url).broker
    assert not broker.embedded
    assert broker.url.startswith(("amqp://", "amqps://"))


@pytest.mark.parametrize(
    ("name", "url", "problem"),
    [
        ("DATABASE", f"mysql://u:{SECRET}@h/x", "got a URL that starts with mysql://"),
        ("DATABASE", f"u:{SECRET}@h/x", "got a value that is not a URL"),
        ("DATABASE", f"postgresql://u:{SECRET}/x@h/x", "%XX"),
        ("DATABASE", f"postgresql://u:12/{SECRET}@h/x", "%XX"),
        ("DATABASE", f"postgresql://u:[{SECRET}]@[h/x", "%XX"),
        ("DATABASE", f"postgresql://h:{SECRET}/x", "%XX"),
        ("DATABASE", "sqlite://var/t.db", "three slashes before a relative path"),
        ("DATABASE", "sqlite:///", "expected the path of a file after sqlite:///"),
        ("DATABASE", "sqlite:///:memory:", "a file that all processes can open"),
        ("DATABASE", "sqlite:///~/t.db", "a file that all processes can open"),
        ("DATABASE", "sqlite:///t.db?mode=ro", "takes no options"),
        ("BROKER", f"redis://:{SECRET}@h", "got a URL that starts with redis://"),
        ("BROKER", f"amqp://u:{SECRET}@", "expected one host"),
        ("BROKER", f"amqp://u:{SECRET}@a,b", "expected one host"),
        ("BROKER", "Database", 'expected "database" or amqp://'),
    ],
)
def test_another_url_is_refused_without_its_password(
    problems: Problems, name: str, url: str, problem: str
) -> None:
    (line,) = problems(**{f"TICKWORKS_{name}__URL": url})
    assert line.startswith(f"TICKWORKS_{name}__URL: ")
    assert problem in line
    assert SECRET not in line


def test_a_url_in_the_wrong_place_keeps_its_password(problems: Problems) -> None:
    (line,) = problems(TICKWORKS_NODE__NAME=f"amqp://u:{SECRET}@h")
    assert "'amqp://u:***@h'" in line


def test_a_url_may_be_a_reference(folder: Path) -> None:
    (folder / "secret").write_text("amqp://u:p@h\n")
    (folder / "tickworks.toml").write_text('[database]\nurl = "env:DB"\n[broker]\nurl = "file:secret"\n')
    settings = load(environ={"DB": "postgresql://u@h/x"})
    assert (settings.database.url, settings.broker.url) == ("postgresql://u@h/x", "amqp://u:p@h")


def test_a_reference_to_nothing_and_one_to_a_wrong_url_are_named(problems: Problems) -> None:
    lines = problems('[database]\nurl = "env:DB"\n[broker]\nurl = "env:MQ"\n', MQ=f"redis://:{SECRET}@h")
    assert lines[0] == (
        "tickworks.toml: [database] url: env:DB: the variable DB is not set; set it where Tickworks starts"
    )
    assert lines[1].startswith("tickworks.toml: [broker] url (env:MQ): expected ")
    assert SECRET not in "".join(lines)


def test_printed_settings_hold_no_password(loaded: Load) -> None:
    settings = loaded(
        f'[service.x.options]\npassword = "{SECRET}"',
        TICKWORKS_DATABASE__URL=f"postgresql://u:{SECRET}@h/x",
        TICKWORKS_BROKER__URL=f"amqp://u:{SECRET}@h",
    )
    assert SECRET not in f"{settings!r} {settings} {settings.database!r} {settings.sources}"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("amqp://u:p@h:5672/v", "amqp://u:***@h:5672/v"),
        ("amqp://:p@h", "amqp://:***@h"),
        ("postgresql://u@h/x", "postgresql://u@h/x"),
        ("postgresql://u@srv:p@h/x", "postgresql://u@srv:***@h/x"),
        ("postgresql://u:a/b@c:d@h/x", "postgresql://u:***@h/x"),
        ("postgresql://h/x?user=u&password=p&a=1", "postgresql://h/x?user=u&password=***&a=1"),
        ("postgresql://h/x?sslpassword=p", "postgresql://h/x?sslpassword=***"),
        ("sqlite:///var/t.db", "sqlite:///var/t.db"),
        ("database", "database"),
    ],
)
def test_redacted_leaves_all_but_the_password(url: str, shown: str) -> None:
    assert redacted(url) == shown
