"""What a site says about its mail server."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.problems import ConfigError
from node.site import open_site

from .conftest import Load, Problems

GOOD = """
[mail]
host = "mx.example.org"
sender = "Tickworks <t@example.org>"
user = "t"
password = "file:mail_password"
"""


def missing(loaded: Load, text: str | None = None) -> dict[str, str | None]:
    site = open_site(loaded(text))
    return {
        each.name: each.missing
        for each in site.declared()
        if each.name in ("mail_manager", "send_email_notifications")
    }


def test_without_a_server_both_services_say_what_is_missing(loaded: Load) -> None:
    assert set(missing(loaded).values()) == {"set mail.host, mail.sender"}
    assert set(missing(loaded, '[mail]\nhost = "mx"').values()) == {"set mail.sender"}


def test_with_a_server_or_kept_mail_nothing_is_missing(loaded: Load) -> None:
    assert set(missing(loaded, GOOD).values()) == {None}
    assert set(missing(loaded, "[mail]\nobserve = true").values()) == {None}


def test_the_services_are_told_the_reference_and_never_the_password(loaded: Load, folder: Path) -> None:
    (folder / "mail_password").write_text("s3cret")
    text = str(open_site(loaded(GOOD)).declared())
    assert "mail_password" in text
    assert "s3cret" not in text


def test_a_password_in_the_file_is_refused_and_not_repeated(problems: Problems) -> None:
    lines = problems('[mail]\npassword = "hunter2"')
    assert len(lines) == 1
    assert "expected a reference to the secret: env:NAME, file:PATH or vault:NAME" in lines[0]
    assert "hunter2" not in lines[0]


def test_wrong_values_are_told_together(problems: Problems) -> None:
    lines = problems('[mail]\nsecurity = "ssl"\nsender = "nobody"\nport = 70000\nsize = 3')
    assert [
        word for word in ("security", "sender", "port", "size") if not any(word in each for each in lines)
    ] == []
    assert len(lines) == 4


def test_a_sender_that_no_server_would_take_is_refused_at_the_start(loaded: Load) -> None:
    with pytest.raises(ConfigError, match=r"sender: 'a\.\.b@example\.org' is not a mail address"):
        open_site(loaded('[mail]\nsender = "Ops <a..b@example.org>"'))
