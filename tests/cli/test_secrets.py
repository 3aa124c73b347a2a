"""Can secrets be set, listed, rotated and removed by command, and does no command show one?"""

from __future__ import annotations

import logging
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import services
from cli.main import app
from config.known_secrets import learn
from tests.cli.conftest import FILE, ROOT, Said, Site

VALUE = "correct horse battery"


def put(site: Site, name: str = "smtp", value: str = f"{VALUE}\n", *words: str) -> Said:
    """`secret set` with the value on standard input."""
    command = ["--config", str(site.file), "secret", "set", name, *words]
    result = CliRunner().invoke(app, command, input=value)
    return Said(result.exit_code, result.stdout, result.stderr)


def test_a_secret_from_standard_input_is_sealed_and_never_shown(site: Site) -> None:
    said = put(site)
    assert said.code == 0, said.err
    assert "vault:smtp" in said.out
    assert "kept-elsewhere" in said.err
    listed = site.say("secret", "list", "--json")
    (row,) = listed.json["secrets"]
    assert (row["name"], set(row)) == ("smtp", {"name", "changed_at", "changed_by", "used_by"})
    for each in (said, listed, site.say("secret", "list"), site.say("check")):
        assert VALUE not in each.out + each.err


def test_a_secret_from_a_file_loses_its_last_line_end(site: Site, tmp_path: Path) -> None:
    (tmp_path / "word").write_bytes(b"a\nb c d\r\n")
    assert put(site, "smtp", "", "--from-file", str(tmp_path / "word")).code == 0
    from store import database, secret

    site.say("secret", "list")
    database.open(f"sqlite:///{site.folder}/var/tickworks.db")
    assert secret.get("smtp") == "a\nb c d"
    database.close()


def test_on_a_terminal_it_is_asked_for_and_not_echoed(site: Site) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from cli.main import main; main()", "--config", str(site.file)]
    process = subprocess.Popen(
        [*command, "secret", "set", "smtp"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    os.close(theirs)
    said = _answered(ours, VALUE.encode(), twice=True)
    assert process.wait(60) == 0, said
    os.close(ours)
    assert b"is sealed" in said
    assert VALUE.encode() not in said


def _answered(terminal: int, value: bytes, twice: bool) -> bytes:
    """Type the value at each question; all that the terminal showed."""
    said, answered = b"", 0
    while True:
        try:
            said += os.read(terminal, 4096)
        except OSError:  # the other side is closed
            return said
        while answered < said.count(b": ") and answered < 1 + twice:
            os.write(terminal, value + b"\n")
            answered += 1


def test_what_cannot_be_a_secret_is_one_line_and_code_2(site: Site, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xfd\xfc")
    wrong = [
        put(site, "a b"),
        put(site, "x", "abc"),
        put(site, "x", ""),
        put(site, "x", "", "--from-file", str(tmp_path / "none")),
        put(site, "x", "", "--from-file", str(tmp_path / "binary")),
        put(site, "x", "long" * 20_000),
    ]
    assert [(each.code, len(each.err.splitlines())) for each in wrong] == [(2, 1)] * len(wrong)


def test_a_rotation_says_what_is_left_to_do(site: Site) -> None:
    put(site)
    said = site.say("secret", "rotate")
    assert (said.code, "1 secret sealed with the new key" in said.out) == (0, True)
    assert "rotate --drop-old" in said.err
    said = site.say("secret", "rotate", "--drop-old")
    assert (said.code, said.out) == (0, "1 old key dropped\n")
    assert site.say("secret", "remove", "smtp").code == 0
    assert site.say("secret", "remove", "smtp").code == 4


def test_check_finds_what_is_wrong_with_secrets(site: Site) -> None:
    put(site)
    assert "kept-elsewhere" in site.say("check").out
    assert site.say("secret", "kept-elsewhere").code == 0
    assert "kept-elsewhere" not in site.say("check").out
    key = site.folder / "var/secret.key"
    key.chmod(0o644)
    said = site.say("check", "--json")
    (found,) = [each for each in said.json["findings"] if each["what"] == "secrets"]
    assert (said.code, found["level"], "chmod 600" in found["text"]) == (2, "wrong", True)
    key.chmod(0o600)
    site.file.write_text(FILE + '[mail]\npassword = "vault:stmp"\n')
    assert "vault:stmp: there is no such secret" in site.say("check", "--json").out


def test_a_secret_that_cannot_open_others_is_refused_in_the_file(site: Site) -> None:
    for text in ('[backup]\nkey = "vault:x"\n', '[secrets]\nkey = "vault:x"\n'):
        site.file.write_text(FILE + text)
        said = site.say("services")
        assert (said.code, "what is sealed cannot open the seal" in said.err) == (2, True)


def test_a_trace_hides_what_the_process_has_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*words: object, **more: object) -> None:
        learn(VALUE)
        logging.getLogger("tickworks").warning("told %s", VALUE)
        raise RuntimeError(f"unexpected {VALUE}")

    monkeypatch.setattr(services, "glimpse", broken)
    result = CliRunner().invoke(app, ["--trace", "--config", str(site.file), "services"])
    assert result.exit_code == 1
    assert "Traceback" in result.stderr
    assert "unexpected ***" in result.stderr
    assert VALUE not in result.stderr + result.stdout
