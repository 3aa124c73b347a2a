"""References to secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.secrets import SecretError, is_reference, resolve


def refused(reference: str, root: Path = Path(), **environ: str) -> str:
    with pytest.raises(SecretError) as caught:
        resolve(reference, environ, root)
    return str(caught.value)


def test_a_variable_is_looked_up() -> None:
    assert resolve("env:SMTP_PASSWORD", {"SMTP_PASSWORD": " s3cret "}) == " s3cret "


def test_a_file_is_read_without_its_last_line_end(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"s3cret\r\n")
    assert resolve("file:secret", {}, tmp_path) == "s3cret"
    assert resolve(f"file:{tmp_path}/secret", {}) == "s3cret"


def test_a_reference_that_leads_nowhere_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff")
    assert refused("env:A") == "env:A: the variable A is not set; set it where Tickworks starts"
    assert refused("env:A", A="") == "env:A: the variable A is empty; set it where Tickworks starts"
    assert refused("file:none", tmp_path).endswith("none: No such file or directory")
    assert refused("file:empty", tmp_path).endswith("empty is empty; write the secret into it")
    assert refused("file:binary", tmp_path).endswith("binary is not UTF-8 text")
    assert refused("vault:smtp").endswith("cannot be read here; use env:NAME or file:PATH")


def test_what_is_no_reference_may_be_the_secret_and_is_not_repeated() -> None:
    for text in ("hunter2", "user:hunter2", "hunter2:x", "env:", "https://u:hunter2@h"):
        message = refused(text)
        assert "hunter2" not in message
        assert "env:NAME, file:PATH or vault:NAME" in message
    assert refused("evn:A").endswith("did you mean env:?")


def test_references_are_told_from_values() -> None:
    assert all(map(is_reference, ("env:A", "file:/run/secrets/a", "vault:smtp")))
    assert not any(map(is_reference, ("", "env:", "A", "ENV:A", "amqp://h", "database")))
